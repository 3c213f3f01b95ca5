import { failureCode } from "../shared/failure-code";
import type { Segment } from "./connection";
import { continuationBodies } from "./continuation";
import type { Delivery } from "./delivery";
import type { Invocation } from "./invocation";
import type { Notification } from "./notification";
import { type ReadingPorts, readEveryone, readUsers, type Unread } from "./read-connections";

/**
 * How long the pusher tries to send the parts of a broadcast to the queue. After that, it delivers the remaining parts
 * itself: a queue that refuses for minutes must not delay the connections.
 */
const SPLIT_PATIENCE_MS = 5_000;

/**
 * Offers the connections of a notification's audience to its delivery.
 *
 * @param onPage - Called for each page that was read.
 * @returns The parts of the audience that were not read.
 */
export async function readAudience(
  notification: Notification,
  delivery: Delivery,
  onPage: () => void,
  invocation: Invocation,
): Promise<readonly Unread[]> {
  const { audience, excludedUsers } = notification;
  const reading: ReadingPorts = {
    store: invocation.ports.store,
    semaphore: invocation.reads,
    deadline: invocation.budget.requestsEndAt,
    readers: invocation.settings.readConcurrency,
    onPage,
  };
  if (audience.kind === "connections") {
    delivery.offer(audience.connections, excludedUsers);
    return [];
  }
  if (audience.kind === "users") return readUsers(audience, delivery, reading);
  return invocation.broadcasts.run(() =>
    audience.segment === undefined && audience.after === undefined
      ? broadcast(notification, delivery, reading, invocation)
      : readEveryone(audience, excludedUsers, delivery, reading),
  );
}

/**
 * If the table has one page, the broadcast is delivered here. A larger table is split. The first page is not used,
 * because no part of the table excludes exactly those rows. Any function may deliver any part. No part is delivered
 * here: if this function died, the whole broadcast would be split and sent again.
 */
async function broadcast(
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
    const first = await reading.semaphore.run(() => reading.store.ofEveryone(undefined, undefined, reading.deadline));
    isSplit = first.next !== undefined;
    if (!isSplit) {
      delivery.offer(first.rows, excludedUsers);
      reading.onPage();
    }
  } catch (error) {
    return [{ remainder: { kind: "everyone" }, failure: failureCode(error) }];
  }
  if (!isSplit) return [];
  const unread: Unread[] = [];
  for (const segment of await split(notification, count, invocation)) {
    unread.push(...(await readEveryone({ segment }, excludedUsers, delivery, reading)));
  }
  return unread;
}

/** Sends the parts to the queue. Returns the parts that the queue did not accept. */
async function split(
  notification: Notification,
  count: number,
  { ports: { outbox, clock, log }, budget }: Invocation,
): Promise<readonly Segment[]> {
  const segments = Array.from({ length: count }, (_, index) => ({ index, count }));
  const bodies = new Map<string, Segment>();
  try {
    for (const segment of segments) {
      for (const body of continuationBodies(notification, { kind: "everyone", segment }, notification.attempt)) {
        bodies.set(body, segment);
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return segments;
  }
  const messages = [...bodies.keys()].map((body) => ({ body, isContinuation: true }));
  const deadline = Math.min(budget.stopAt, clock.now() + SPLIT_PATIENCE_MS);
  const unsent = await outbox.send("notifications", messages, deadline);
  if (unsent.length > 0) log.warn("split_incomplete", { segments: unsent.length });
  return unsent.flatMap(({ body }) => bodies.get(body) ?? []);
}
