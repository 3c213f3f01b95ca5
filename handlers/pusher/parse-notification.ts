import { jsonMember } from "../shared/json-member";
import { isJsonObject } from "../shared/json-object";
import { misspeltMember } from "./audience-spelling";
import { CONTINUATION, readContinuation } from "./continuation";
import { requestInFailure } from "./failure-envelope";
import { type Audience, MalformedNotificationError, type Notification } from "./notification";

/** What the queue or the topic says of a message, beside its body. */
export interface MessageFacts {
  /** Epoch milliseconds at which the message was sent. A continuation says itself when its request was sent. */
  readonly sentAt?: number;
  /** Whether the pusher has sent the message. Anybody else's message cannot be a continuation. @default false */
  readonly isContinuation?: boolean;
}

/** Longer than DynamoDB's hash keys can be. */
const MAX_USER_ID_BYTES = 2_048;
/** Half of a pair is no character: UTF-8, and so DynamoDB, has no such text. */
const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads a message of the notifications topic or queue. A dead letter that comes back by a redrive is read in the same way.
 *
 * `users` and `exclude_users` may be left out. They may not be `null` or misspelt: a sender's missing list must not become
 * a broadcast. Names that no row can have (empty, over 2,048 bytes, not Unicode) are passed over.
 *
 * @throws {@link MalformedNotificationError}
 */
export function parseNotification(body: string, facts: MessageFacts = {}): Notification {
  const { sentAt, isContinuation = false } = facts;
  const message = parseObject(body);
  const data = jsonMember(body, "data");
  if (data === undefined) {
    const request = requestInFailure(message);
    if (request === undefined) throw new MalformedNotificationError("the message has no `data`");
    // SNS or Lambda has wrapped a message of the topic, which is never a continuation.
    return parseNotification(request, { sentAt });
  }
  const users = stringList(message, "users");
  const excludedUsers = new Set(stringList(message, "exclude_users"));
  if (Object.hasOwn(message, CONTINUATION)) {
    if (!isContinuation) throw new MalformedNotificationError(`\`${CONTINUATION}\` is reserved for SUMU`);
    return { data, excludedUsers, sentAt, ...readContinuation(message[CONTINUATION], users ?? []) };
  }
  refuseMisspelling(message);
  return { data, excludedUsers, sentAt, attempt: 1, audience: requestedAudience(users ?? [], excludedUsers) };
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
  if (!isJsonObject(message)) throw new MalformedNotificationError("the message is not a JSON object");
  return message;
}

function stringList(message: Record<string, unknown>, name: string): readonly string[] | undefined {
  if (!Object.hasOwn(message, name)) return undefined;
  const value = message[name];
  if (!Array.isArray(value) || !value.every((user) => typeof user === "string")) {
    throw new MalformedNotificationError(`\`${name}\` is not a list of strings`);
  }
  return value;
}

/** A misspelt audience would reach everybody, or those who were to be left out. */
function refuseMisspelling(message: Record<string, unknown>): void {
  for (const name of ["users", "exclude_users"] as const) {
    const misspelt = Object.hasOwn(message, name) ? undefined : misspeltMember(Object.keys(message), name);
    if (misspelt !== undefined) {
      throw new MalformedNotificationError(`the message has no \`${name}\`, but a member that looks like it`);
    }
  }
}
