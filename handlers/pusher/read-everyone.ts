import { EVERYONE_STREAM } from "../../src/contract/history";
import { failureCode } from "../shared/failure-code";
import type { PageKey, Segment } from "./connection";
import type { Delivery } from "./delivery";
import type { Invocation } from "./invocation";
import type { Notification } from "./notification";
import { Pages, type ReadPage, readPages } from "./read-pages";
import type { ReadingPorts, Unread } from "./reading-ports";
import { sendParts } from "./send-parts";

/**
 * Offers the connections of the table, or of a part of it, to the delivery.
 *
 * @param first - The first page, if it was read already.
 */
export function readEveryone(
  { segment, after }: { readonly segment?: Segment; readonly after?: PageKey },
  excludedUsers: ReadonlySet<string>,
  delivery: Delivery,
  reading: ReadingPorts,
  first?: ReadPage,
): Promise<readonly Unread[]> {
  const pages = pagesOf(segment, reading);
  const remainder = (from: PageKey | undefined) => ({ kind: "everyone", segment, after: from }) as const;
  return readPages({ pages, after, remainder }, excludedUsers, delivery, reading, first);
}

/**
 * If the table has one page, the broadcast is delivered here. A larger table is split. The first page is not used,
 * because no part of the table excludes exactly those rows. Any function may deliver any part. No part is delivered
 * here: if this function died, the whole broadcast would be split and sent again.
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
  let isSplit: boolean;
  try {
    const first = await pagesOf(undefined, reading).read(undefined);
    const { page } = first;
    isSplit = page.next !== undefined;
    if (!isSplit && first.read !== undefined) return readEveryone({}, excludedUsers, delivery, reading, first);
    if (!isSplit) {
      delivery.offer(page.rows, excludedUsers);
      reading.onPage(page.rows.length);
    }
  } catch (error) {
    return [{ remainder: { kind: "everyone" }, failure: failureCode(error) }];
  }
  if (!isSplit) return [];
  const parts = Array.from({ length: count }, (_, index) => ({ kind: "everyone", segment: { index, count } }) as const);
  const unread: Unread[] = [];
  for (const { segment } of await sendParts(notification, parts, invocation)) {
    unread.push(...(await readEveryone({ segment }, excludedUsers, delivery, reading)));
  }
  return unread;
}

function pagesOf(segment: Segment | undefined, reading: ReadingPorts): Pages {
  const { store, deadline, keeper } = reading;
  const fetch = (after: PageKey | undefined) => store.ofEveryone(segment, after, deadline, keeper !== undefined);
  return new Pages(fetch, EVERYONE_STREAM, reading);
}
