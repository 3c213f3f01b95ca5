import { MAX_RECEIVE_COUNT, QUEUE_MESSAGE_BYTES } from "../../src/contract/limits";
import type { Connection, PageKey, Segment } from "./connection";
import { CONTINUATION, type Notification } from "./notification";

/** Invocations that try a delivery, the first included, before it becomes a dead letter: as often as SQS tries a message. */
export const MAX_ATTEMPTS = MAX_RECEIVE_COUNT;

/** What is left of a notification. */
export type Remainder =
  | { readonly kind: "everyone"; readonly segment?: Segment; readonly after?: PageKey }
  | { readonly kind: "users"; readonly users: readonly string[]; readonly after?: PageKey }
  | { readonly kind: "connections"; readonly connections: readonly Connection[] };

/** Attributes count as part of a message: room for the reason of a dead letter. */
const ATTRIBUTE_BYTES = 256;

/**
 * The messages that carry what is left, each small enough for the queue. All but `connections` and `users` fit in one.
 *
 * @param reason - Set on a dead letter. Sent back to the notifications queue (a redrive), it is tried anew, and its time
 * counts from then.
 * @throws RangeError The notification leaves no room: its data and excluded users fill a message by themselves.
 */
export function continuationBodies(
  {
    data,
    excludedUsers,
    sentAt,
    refusals = 0,
  }: Pick<Notification, "data" | "excludedUsers" | "sentAt"> & Partial<Pick<Notification, "refusals">>,
  remainder: Remainder,
  attempt: number,
  reason?: string,
): string[] {
  const why = reason === undefined ? "" : `,"reason":${JSON.stringify(reason)}`;
  const since = sentAt === undefined || reason !== undefined ? "" : `,"sent_at":${sentAt}`;
  const start = `{"data":${data}`;
  const refused = refusals === 0 || reason !== undefined ? "" : `,"refusals":${refusals}`;
  const state = `"${CONTINUATION}":{"attempt":${attempt}${since}${refused}${why}`;
  if (remainder.kind === "connections") {
    const tuples = remainder.connections.map(({ userId, connectionId, connectedAt }) =>
      JSON.stringify([userId, connectionId, connectedAt]),
    );
    return fill(`${start},${state},"connections":[`, tuples, "]}}");
  }
  const after = remainder.after === undefined ? "" : `,"after":${JSON.stringify(remainder.after)}`;
  if (remainder.kind === "users") {
    const users = remainder.users.map((user) => JSON.stringify(user));
    // `after` is about the first user only, who therefore goes alone.
    const [first = "", ...others] = users;
    if (after === "") return fill(`${start},${state}},"users":[`, users, "]}");
    return [
      ...fill(`${start},${state}${after}},"users":[`, [first], "]}"),
      ...fill(`${start},${state}},"users":[`, others, "]}"),
    ];
  }
  const excluded = excludedUsers.size === 0 ? "" : `,"exclude_users":${JSON.stringify([...excludedUsers])}`;
  const segment = remainder.segment === undefined ? "" : `,"segment":${JSON.stringify(remainder.segment)}`;
  return fill(`${start}${excluded},${state}${segment}${after}`, [""], "}}");
}

/** How long an attempt waits in the queue, in seconds: 5 to 10 before the second, 135 to 270 before the fifth. */
export function continuationDelaySeconds(attempt: number, random: () => number): number {
  const longest = 10 * 3 ** (attempt - 2);
  return Math.ceil(longest / 2 + (random() * longest) / 2);
}

/** Puts as many of the items as fit between head and tail, separated by commas, into each body. */
function fill(head: string, items: readonly string[], tail: string): string[] {
  const room = QUEUE_MESSAGE_BYTES - ATTRIBUTE_BYTES - Buffer.byteLength(head) - Buffer.byteLength(tail);
  const bodies: string[] = [];
  let held: string[] = [];
  let bytes = 0;
  const flush = () => {
    if (held.length > 0) bodies.push(`${head}${held.join(",")}${tail}`);
    held = [];
    bytes = 0;
  };
  for (const item of items) {
    const size = Buffer.byteLength(item) + 1;
    if (size > room) throw new RangeError("the notification leaves no room in a message for what is left of it");
    if (bytes + size > room) flush();
    held.push(item);
    bytes += size;
  }
  flush();
  return bodies;
}
