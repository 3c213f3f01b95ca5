import { jsonMember } from "../shared/json-member";
import { isJsonObject } from "../shared/json-object";
import { misspeltMember } from "./audience-spelling";
import { CONTINUATION, readContinuation } from "./continuation";
import { type Audience, MalformedNotificationError, type Notification } from "./notification";
import { REQUEST_MEMBERS } from "./request";
import { stringList, userIds } from "./user-ids";

/** A message's values in the queue or topic, besides its body. */
export interface MessageFacts {
  /** The id from SQS or SNS: the same at each delivery of the message. */
  readonly id: string;
  /** Epoch milliseconds at which the message was sent. A continuation has its request's own time. */
  readonly sentAt?: number;
  /** Whether the pusher sent the message. A message from another sender cannot be a continuation. @default false */
  readonly isContinuation?: boolean;
  /** The user who has posted it to a channel. Absent: the backend has sent it. */
  readonly postedBy?: string | undefined;
}

/**
 * Reads a request of the old form, or a continuation of any notification.
 *
 * `users` and `exclude_users` may be left out. They may not be `null` or misspelt: a sender's missing list must not become
 * a broadcast.
 *
 * @param message - The body, parsed: it has the member `data`.
 * @throws {@link MalformedNotificationError}
 */
export function parseNotification(
  body: string,
  message: Readonly<Record<string, unknown>>,
  { id, sentAt, isContinuation = false }: MessageFacts,
): Notification {
  const data = jsonMember(body, "data") ?? "";
  const users = stringList(message, "users");
  const excludedUsers = new Set(userIds(stringList(message, "exclude_users") ?? []));
  if (Object.hasOwn(message, CONTINUATION)) {
    if (!isContinuation) throw new MalformedNotificationError(`\`${CONTINUATION}\` is reserved for SUMU`);
    return { id, data, excludedUsers, sentAt, ...readContinuation(message[CONTINUATION], users ?? []) };
  }
  refuseMisspelling(message);
  if (users === undefined) refuseMixture(message);
  return { id, data, excludedUsers, sentAt, attempt: 1, audience: requestedAudience(users ?? [], excludedUsers) };
}

function requestedAudience(users: readonly string[], excludedUsers: ReadonlySet<string>): Audience {
  if (users.length === 0) return { kind: "everyone" };
  return { kind: "users", users: userIds(users, excludedUsers) };
}

/** A misspelt audience would reach everybody, or the excluded users. */
function refuseMisspelling(message: Readonly<Record<string, unknown>>): void {
  for (const name of ["users", "exclude_users"] as const) {
    const misspelt = Object.hasOwn(message, name) ? undefined : misspeltMember(Object.keys(message), name);
    if (misspelt !== undefined) {
      throw new MalformedNotificationError(`the message has no \`${name}\`, but a member that looks like it`);
    }
  }
}

/** A request of the new form with `data` in the wrong place would reach everybody. */
function refuseMixture(message: Readonly<Record<string, unknown>>): void {
  for (const name of REQUEST_MEMBERS) {
    const value = message[name];
    const audience = name === "notification" ? "to" : "users";
    if (isJsonObject(value) && Object.hasOwn(value, audience)) {
      throw new MalformedNotificationError(`the message has \`data\` beside \`${name}\`, which says whom it is for`);
    }
  }
}
