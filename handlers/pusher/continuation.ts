import { MAX_RECEIVE_COUNT, QUEUE_MESSAGE_BYTES } from "../../src/contract/limits";
import type { MessageAttribute } from "../aws/sqs";
import { isJsonObject } from "../shared/json-object";
import type { Segment } from "./connection";
import { type Audience, MalformedNotificationError, type Notification } from "./notification";

/** The member in which a continuation keeps its state. Internal: its shape may change with any version. */
export const CONTINUATION = "sumu_continuation";

/**
 * Marks a message that the pusher has sent. A member of the body cannot do that: a backend may copy the members of a
 * client's object into its request. A client has no way to set an attribute. A backend has one, and gains nothing by it: a
 * continuation reaches connections, as any request does, and removes no row but those that API Gateway does not know.
 */
export const CONTINUATION_ATTRIBUTE: Readonly<Record<string, MessageAttribute>> = {
  [CONTINUATION]: { DataType: "String", StringValue: "1" },
};

/** Invocations that try a delivery, the first included, before it becomes a dead letter: as often as SQS tries a message. */
export const MAX_ATTEMPTS = MAX_RECEIVE_COUNT;

/** Attributes count as part of a message: room for the mark of a continuation and for the reason of a dead letter. */
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
  remainder: Audience,
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

/**
 * Reads the member in which {@link continuationBodies} has kept the state.
 *
 * @param users - The message's own.
 * @throws {@link MalformedNotificationError}
 */
export function readContinuation(
  continuation: unknown,
  users: readonly string[],
): Pick<Notification, "audience" | "attempt" | "refusals"> & { readonly sentAt?: number } {
  const malformed = new MalformedNotificationError(`\`${CONTINUATION}\` is not one that this version writes`);
  if (!isJsonObject(continuation)) throw malformed;
  const { attempt, connections, segment, after, refusals = 0, sent_at: requestSentAt } = continuation;
  if (typeof attempt !== "number" || !Number.isSafeInteger(attempt) || attempt < 1) throw malformed;
  if (typeof refusals !== "number" || !Number.isSafeInteger(refusals) || refusals < 0) throw malformed;
  if (after !== undefined && !isJsonObject(after)) throw malformed;
  if (requestSentAt !== undefined && typeof requestSentAt !== "number") throw malformed;
  const sent = requestSentAt === undefined ? {} : { sentAt: requestSentAt };
  if (connections !== undefined) {
    if (!Array.isArray(connections) || !connections.every(isConnectionTuple)) throw malformed;
    return {
      attempt,
      refusals,
      ...sent,
      audience: {
        kind: "connections",
        connections: connections.map(([userId, connectionId, connectedAt]) => ({ userId, connectionId, connectedAt })),
      },
    };
  }
  if (users.length > 0) return { attempt, ...sent, audience: { kind: "users", users, after } };
  if (segment !== undefined && !isSegment(segment)) throw malformed;
  return { attempt, ...sent, audience: { kind: "everyone", segment, after } };
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

function isConnectionTuple(value: unknown): value is [string, string, number] {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    typeof value[0] === "string" &&
    typeof value[1] === "string" &&
    typeof value[2] === "number"
  );
}

function isSegment(value: unknown): value is Segment {
  if (!isJsonObject(value)) return false;
  const { index, count } = value;
  return Number.isInteger(index) && Number.isInteger(count) && Number(index) >= 0 && Number(index) < Number(count);
}
