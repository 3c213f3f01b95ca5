import { failureCode } from "../shared/failure-code";
import type { Delivery } from "./delivery";
import type { Invocation } from "./invocation";
import type { Notification } from "./notification";
import { pagesOf, readEveryone } from "./read-everyone";
import type { ReadPage } from "./read-pages";
import type { ReadingPorts, Unread } from "./reading-ports";
import { sendParts } from "./send-parts";

/**
 * Offers the connections of the whole table to the delivery. If the table has more than one page, it is split, and the parts go to
 * the queue: any function may deliver any part. The first page is not used then, because no part of the table excludes
 * exactly those rows. A part is delivered here only if the queue did not take it: if this function died, the whole broadcast
 * would be split and sent again.
 */
export async function broadcast(
  notification: Notification,
  delivery: Delivery,
  reading: ReadingPorts,
  invocation: Invocation,
): Promise<readonly Unread[]> {
  const { excludedUsers } = notification;
  const { broadcastSegments: count } = invocation.settings;
  if (count === 1) return readEveryone({}, excludedUsers, delivery, reading);
  if (delivery.stopped) return [{ remainder: { kind: "everyone" } }];
  let first: ReadPage;
  try {
    first = await pagesOf(undefined, reading).read(undefined);
  } catch (error) {
    return [{ remainder: { kind: "everyone" }, failure: failureCode(error) }];
  }
  if (first.page.next === undefined) return readEveryone({}, excludedUsers, delivery, reading, first);
  const parts = Array.from({ length: count }, (_, index) => ({ kind: "everyone", segment: { index, count } }) as const);
  const unread: Unread[] = [];
  for (const { segment } of await sendParts(notification, parts, invocation)) {
    unread.push(...(await readEveryone({ segment }, excludedUsers, delivery, reading)));
  }
  return unread;
}
