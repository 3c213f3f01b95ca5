import { jsonMember } from "../shared/json-member";
import type { Connection, PageKey, Segment } from "./connection";
import { requestInFailure } from "./failure-envelope";

/** Whom a notification is for. */
export type Audience =
  /** Every connection, or those of a part of the table, from a page on. */
  | { readonly kind: "everyone"; readonly segment?: Segment; readonly after?: PageKey }
  /** Each user once. `after`: the page from which on the first of them is left. */
  | { readonly kind: "users"; readonly users: readonly string[]; readonly after?: PageKey }
  | { readonly kind: "connections"; readonly connections: readonly Connection[] };

/** A notification to deliver: a backend's request, or what an earlier invocation left of one. */
export interface Notification {
  /** JSON text: each connection receives it, letter for letter as the sender wrote it. */
  readonly data: string;
  readonly audience: Audience;
  /** Users that get nothing, whatever the audience. */
  readonly excludedUsers: ReadonlySet<string>;
  /** From 1: how often deliveries that failed have been tried, this invocation included, those that do not count left out. */
  readonly attempt: number;
  /** Epoch milliseconds at which the queue or topic took the backend's request; absent when that is not known. */
  readonly sentAt?: number;
}

/** The message can never be delivered. Names what is wrong, never a value. */
export class MalformedNotificationError extends Error {
  override readonly name = "MalformedNotificationError";
}

/** The member that makes a message a continuation. Internal: its shape may change with any version. */
export const CONTINUATION = "sumu_continuation";

/** Longer than DynamoDB's hash keys can be. */
const MAX_USER_ID_BYTES = 2_048;
/** Half of a pair is no character: UTF-8, and so DynamoDB, has no such text. */
const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads a message of the notifications topic or queue. A dead letter that comes back by a redrive is one, too.
 *
 * `users` and `exclude_users` may be left out but not be `null`: a sender's missing list must not become a broadcast.
 * Names that no row can have (empty, over 2,048 bytes, not Unicode) are passed over.
 *
 * @param sentAt - Epoch milliseconds at which the message was sent. A continuation says itself when its request was.
 * @throws {@link MalformedNotificationError}
 */
export function parseNotification(body: string, sentAt?: number): Notification {
  const message = parseObject(body);
  const data = jsonMember(body, "data");
  if (data === undefined) {
    const request = requestInFailure(message);
    if (request === undefined) throw new MalformedNotificationError("the message has no `data`");
    return parseNotification(request, sentAt);
  }
  const users = stringList(message, "users");
  const excludedUsers = new Set(stringList(message, "exclude_users"));
  const continuation = message[CONTINUATION];
  if (continuation !== undefined) {
    return { data, excludedUsers, sentAt, ...parseContinuation(continuation, users) };
  }
  return { data, excludedUsers, sentAt, attempt: 1, audience: requestedAudience(users, excludedUsers) };
}

function requestedAudience(users: readonly string[], excludedUsers: ReadonlySet<string>): Audience {
  if (users.length === 0) return { kind: "everyone" };
  const wanted = new Set(users);
  return { kind: "users", users: [...wanted].filter((user) => !excludedUsers.has(user) && isUserId(user)) };
}

function isUserId(user: string): boolean {
  if (user === "" || UNPAIRED_SURROGATE.test(user)) return false;
  return user.length <= MAX_USER_ID_BYTES / 3 || Buffer.byteLength(user) <= MAX_USER_ID_BYTES;
}

function parseObject(body: string): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    throw new MalformedNotificationError("the message is not JSON");
  }
  if (!isObject(message)) throw new MalformedNotificationError("the message is not a JSON object");
  return message;
}

function stringList(message: Record<string, unknown>, name: string): readonly string[] {
  const value = Object.hasOwn(message, name) ? message[name] : undefined;
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((user) => typeof user === "string")) {
    throw new MalformedNotificationError(`\`${name}\` is not a list of strings`);
  }
  return value;
}

function parseContinuation(
  continuation: unknown,
  users: readonly string[],
): Pick<Notification, "audience" | "attempt"> & { readonly sentAt?: number } {
  const malformed = new MalformedNotificationError(`\`${CONTINUATION}\` is not one that this version writes`);
  if (!isObject(continuation)) throw malformed;
  const { attempt, connections, segment, after, sent_at: requestSentAt } = continuation;
  if (typeof attempt !== "number" || !Number.isSafeInteger(attempt) || attempt < 1) throw malformed;
  if (after !== undefined && !isObject(after)) throw malformed;
  if (requestSentAt !== undefined && typeof requestSentAt !== "number") throw malformed;
  const sent = requestSentAt === undefined ? {} : { sentAt: requestSentAt };
  if (connections !== undefined) {
    if (!Array.isArray(connections) || !connections.every(isConnectionTuple)) throw malformed;
    return {
      attempt,
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
  if (!isObject(value)) return false;
  const { index, count } = value;
  return Number.isInteger(index) && Number.isInteger(count) && Number(index) >= 0 && Number(index) < Number(count);
}
