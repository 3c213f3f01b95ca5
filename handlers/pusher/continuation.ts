import { MAX_RECEIVE_COUNT, QUEUE_MESSAGE_BYTES } from "../../src/contract/limits";
import type { MessageAttribute } from "../aws/sqs";
import { isJsonObject } from "../shared/json-object";
import type { Connection, PageKey, Segment } from "./connection";
import { type Audience, MalformedNotificationError, type Notification } from "./notification";

/** The member with a continuation's state. Internal: its format may change with any version. */
export const CONTINUATION = "sumu_continuation";

/** The error text for state in another format. */
export const CONTINUATION_MALFORMED = `\`${CONTINUATION}\` is not one that this version writes`;

/**
 * Marks a message that the pusher has sent. A member of the body cannot be the mark, because a backend may copy the
 * members of a client's object into its request. A client cannot set an attribute. A backend can, but gains nothing: a
 * continuation reaches connections, as any request does, and removes only rows that API Gateway does not know.
 */
export const CONTINUATION_ATTRIBUTE: Readonly<Record<string, MessageAttribute>> = {
  [CONTINUATION]: { DataType: "String", StringValue: "1" },
};

/**
 * How many invocations try a delivery, the first included, before it becomes a dead letter: as often as SQS tries a
 * message.
 */
export const MAX_ATTEMPTS = MAX_RECEIVE_COUNT;

/** Attributes count as part of a message. This leaves room for a continuation's mark and a dead letter's reason. */
const ATTRIBUTE_BYTES = 256;
/** Epoch seconds and a comma. */
const END_BYTES = 11;

/**
 * The messages with the remaining work, each small enough for the queue. All kinds but `connections` and `users` fit in
 * one message.
 *
 * @param reason - Set on a dead letter. If it is sent back to the notifications queue (a redrive), all attempts begin
 * again, and its time counts from then.
 * @throws RangeError The notification leaves no room: its data and excluded users already fill a message.
 */
export function continuationBodies(
  notification: Pick<Notification, "data" | "excludedUsers" | "sentAt"> &
    Partial<Pick<Notification, "id" | "keep" | "refusals" | "channel" | "from">>,
  remainder: Audience,
  attempt: number,
  reason?: string,
): string[] {
  const { data, excludedUsers, id, keep, sentAt, refusals = 0, channel, from } = notification;
  const readAt = remainder.kind === "connections" ? remainder.readAt : undefined;
  const state = openState({
    attempt,
    id,
    keep,
    sent_at: reason === undefined ? sentAt : undefined,
    refusals: refusals === 0 || reason !== undefined ? undefined : refusals,
    read_at: readAt,
    reason,
    from,
  });
  const start = channel === undefined ? `{"data":${data}` : channelRequest({ ...notification, channel });
  if (remainder.kind === "connections") return connectionBodies(`${start},${state}`, remainder.connections);
  const after = remainder.after === undefined ? "" : `,"after":${JSON.stringify(remainder.after)}`;
  if (remainder.kind === "channel") {
    const until = remainder.until === undefined ? "" : `,"until":${JSON.stringify(remainder.until)}`;
    return fill(`${start},${state}${after}${until}`, [""], "}}");
  }
  if (remainder.kind === "users") {
    const users = remainder.users.map((user) => JSON.stringify(user));
    // `after` applies only to the first user, so this user gets a message alone.
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
 * The beginning of a continuation of a notification to a channel. It is a request of the new form, without `data` at the top:
 * an older version makes a dead letter of it, where it would send `data` to everyone or without its channel.
 */
function channelRequest({
  channel,
  excludedUsers,
  id,
  keep,
  data,
}: Pick<Notification, "data" | "excludedUsers"> & Partial<Pick<Notification, "id" | "keep" | "channel">>): string {
  const except = excludedUsers.size === 0 ? undefined : { users: [...excludedUsers] };
  const head = JSON.stringify({ to: { channels: [channel] }, except, id, keep });
  return `{"notification":${head.slice(0, -1)},"data":${data}}`;
}

/** The state as JSON, open at the end for more members. Undefined members are left out. */
function openState(members: Readonly<Record<string, unknown>>): string {
  return `"${CONTINUATION}":${JSON.stringify(members).slice(0, -1)}`;
}

/**
 * The connections of one protocol in a message. Older versions know no protocols and no early ends. So the data that
 * they cannot read is beside the list, not in it.
 */
function connectionBodies(start: string, connections: readonly Connection[]): string[] {
  const groups = new Map<string, Connection[]>();
  for (const connection of connections) {
    const key = `${connection.protocol} ${connection.endsAt !== undefined}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [connection]);
    else group.push(connection);
  }
  return [...groups.values()].flatMap((group) => {
    const [{ protocol, endsAt } = {} as Partial<Connection>] = group;
    const tuples = group.map(({ userId, connectionId, connectedAt }) =>
      JSON.stringify([userId, connectionId, connectedAt]),
    );
    const head = `${start}${protocol === undefined ? "" : `,"protocol":${protocol}`},"connections":[`;
    if (endsAt === undefined) return fill(head, tuples, "]}}");
    const ends = (from: number, to: number) => `],"ends_at":[${group.slice(from, to).map((each) => each.endsAt)}]}}`;
    return fill(head, tuples, ends, END_BYTES);
  });
}

/** The state of every continuation. */
type State = Pick<Notification, "attempt" | "refusals" | "keep"> &
  Partial<Pick<Notification, "id" | "sentAt" | "from">>;

/**
 * Reads the member in which {@link continuationBodies} has stored the state.
 *
 * @param users - The message's own users.
 * @throws {@link MalformedNotificationError}
 */
export function readContinuation(
  continuation: unknown,
  users: readonly string[],
): State & Pick<Notification, "audience"> {
  const { state, members } = readState(continuation);
  const { refusals, ...others } = state;
  const { segment, after } = members;
  if (members.connections !== undefined) return { ...state, audience: connectionsAudience(members) };
  if (users.length > 0) return { ...others, audience: { kind: "users", users, after: pageKey(after) } };
  if (segment !== undefined && !isSegment(segment)) throw malformed();
  return { ...others, audience: { kind: "everyone", segment, after: pageKey(after) } };
}

/**
 * The same for a notification to a channel.
 *
 * @throws {@link MalformedNotificationError}
 */
export function readChannelContinuation(continuation: unknown): State & Pick<Notification, "audience"> {
  const { state, members } = readState(continuation);
  const { refusals, ...others } = state;
  if (members.connections !== undefined) return { ...state, audience: connectionsAudience(members) };
  const { after, until } = members;
  return { ...others, audience: { kind: "channel", after: pageKey(after), until: pageKey(until) } };
}

function readState(continuation: unknown): {
  readonly state: State;
  readonly members: Readonly<Record<string, unknown>>;
} {
  if (!isJsonObject(continuation)) throw malformed();
  const { attempt, refusals = 0, id, keep, sent_at: sentAt, from } = continuation;
  if (typeof attempt !== "number" || !Number.isSafeInteger(attempt) || attempt < 1) throw malformed();
  if (typeof refusals !== "number" || !Number.isSafeInteger(refusals) || refusals < 0) throw malformed();
  if (sentAt !== undefined && typeof sentAt !== "number") throw malformed();
  if (id !== undefined && typeof id !== "string") throw malformed();
  if (from !== undefined && typeof from !== "string") throw malformed();
  const state = {
    attempt,
    refusals,
    ...(sentAt !== undefined && { sentAt }),
    ...(id !== undefined && { id }),
    ...(keep === false && { keep: false as const }),
    ...(from !== undefined && { from }),
  };
  return { state, members: continuation };
}

function malformed(): MalformedNotificationError {
  return new MalformedNotificationError(CONTINUATION_MALFORMED);
}

function pageKey(value: unknown): PageKey | undefined {
  if (value !== undefined && !isJsonObject(value)) throw malformed();
  return value;
}

function connectionsAudience(members: Readonly<Record<string, unknown>>): Audience {
  const { read_at: readAt } = members;
  if (readAt !== undefined && typeof readAt !== "number") throw malformed();
  return { kind: "connections", connections: readConnections(members), readAt };
}

function readConnections({ connections, protocol, ends_at: ends }: Readonly<Record<string, unknown>>): Connection[] {
  if (!Array.isArray(connections) || !connections.every(isConnectionTuple)) throw malformed();
  if (protocol !== undefined && typeof protocol !== "number") throw malformed();
  if (ends !== undefined && !(Array.isArray(ends) && ends.every(Number.isFinite))) throw malformed();
  return connections.map(([userId, connectionId, connectedAt], index) => ({
    userId,
    connectionId,
    connectedAt,
    protocol,
    endsAt: ends?.[index],
  }));
}

/** How long an attempt waits in the queue, in seconds: 5 to 10 before the second, 135 to 270 before the fifth. */
export function continuationDelaySeconds(attempt: number, random: () => number): number {
  const longest = 10 * 3 ** (attempt - 2);
  return Math.ceil(longest / 2 + (random() * longest) / 2);
}

/**
 * Puts as many items as possible between head and tail of each body, separated by commas.
 *
 * @param tail - If it depends on the items in the body, the tail grows by this many bytes for each item.
 * @throws RangeError There is no room for an item.
 */
export function fill(
  head: string,
  items: readonly string[],
  tail: string | ((from: number, to: number) => string),
  tailBytesPerItem = 0,
): string[] {
  const tailOf = typeof tail === "string" ? () => tail : tail;
  const room = QUEUE_MESSAGE_BYTES - ATTRIBUTE_BYTES - Buffer.byteLength(head) - Buffer.byteLength(tailOf(0, 0));
  const bodies: string[] = [];
  let from = 0;
  let bytes = 0;
  const flush = (to: number) => {
    if (to > from) bodies.push(`${head}${items.slice(from, to).join(",")}${tailOf(from, to)}`);
    from = to;
    bytes = 0;
  };
  for (const [index, item] of items.entries()) {
    const size = Buffer.byteLength(item) + 1 + tailBytesPerItem;
    if (size > room) throw new RangeError("the notification leaves no room in a message for what is left of it");
    if (bytes + size > room) flush(index);
    bytes += size;
  }
  flush(items.length);
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
