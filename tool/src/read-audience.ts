import { requestInFailure } from "../../handlers/pusher/failure-envelope";
import { isJsonObject } from "../../handlers/shared/json-object";

/** What a message of a dead-letter queue is, without its payload. */
export interface Audience {
  readonly kind: "notification" | "disconnect" | "revoke" | "other";
  /** For whom. Undefined: not for users by name. */
  readonly users?: readonly string[];
  readonly isForEveryone?: boolean;
  /** The notification's own id, if the sender gave it. */
  readonly id?: string;
}

/** Reads a body as the pusher does, but takes everything. */
export function readAudience(body: string): Audience {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    return { kind: "other" };
  }
  if (!isJsonObject(message)) return { kind: "other" };
  if (Object.hasOwn(message, "data")) {
    const users = namesIn(message.users);
    return users.length > 0 ? { kind: "notification", users } : { kind: "notification", isForEveryone: true };
  }
  const { notification, disconnect, revoke } = message;
  if (isJsonObject(notification)) {
    const { to, id } = notification;
    return {
      kind: "notification",
      ...(typeof id === "string" && { id }),
      ...(to === "everyone" ? { isForEveryone: true } : isJsonObject(to) && { users: namesIn(to.users) }),
    };
  }
  if (isJsonObject(disconnect)) return { kind: "disconnect", users: namesIn(disconnect.users) };
  if (isJsonObject(revoke)) return { kind: "revoke", users: namesIn(revoke.users) };
  const failed = requestInFailure(message);
  // A record of presence names its user.
  if (failed === undefined) return { kind: "other", users: namesIn([message.user_id]) };
  return { id: failed.id, ...readAudience(failed.body) };
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}
