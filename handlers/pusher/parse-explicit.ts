import { MAX_CHANNELS_AT_ONCE } from "../../src/contract/channels";
import { isChannelName } from "../shared/channel-access";
import { jsonMember } from "../shared/json-member";
import { isJsonObject } from "../shared/json-object";
import { type Audience, MalformedNotificationError, type Notification } from "./notification";
import type { Disconnect, Revoke } from "./request";
import { stringList, userIds } from "./user-ids";

/** Letters, digits and marks that are safe in any log, attribute and URL. */
const ID = /^[!-~]{1,128}$/;
const DISCONNECT_REASON = /^[A-Za-z0-9_.:-]{1,64}$/;
const DEFAULT_DISCONNECT_REASON = "disconnected";
/** Epoch seconds have ten digits until the year 2286. Milliseconds have more. */
const MAX_EPOCH_SECONDS = 9_999_999_999;

type Members = Readonly<Record<string, unknown>>;

/** A notification, and its audience: one that the pusher can read, or the names of channels. */
export interface ExplicitNotification
  extends Omit<Notification, "attempt" | "sentAt" | "audience" | "channel" | "from"> {
  readonly to: Audience | { readonly kind: "channels"; readonly channels: readonly string[] };
}

/**
 * Reads `{"to": …, "except": …, "id": …, "keep": …, "data": …}`.
 *
 * @param json - Its JSON text. The text of `data` stays unchanged.
 * @param messageId - The notification's id, unless the backend gives one.
 * @throws {@link MalformedNotificationError}
 */
export function parseExplicitNotification(value: unknown, json: string, messageId: string): ExplicitNotification {
  const members = object(value, "notification", ["to", "except", "id", "keep", "data"]);
  const data = jsonMember(json, "data");
  if (data === undefined) throw new MalformedNotificationError("`notification` has no `data`");
  const excludedUsers = new Set(userIds(excluded(members)));
  const { id = messageId, keep = true } = members;
  if (typeof id !== "string" || !ID.test(id)) {
    throw new MalformedNotificationError("`notification.id` is not 1 to 128 visible ASCII characters");
  }
  if (typeof keep !== "boolean") throw new MalformedNotificationError("`notification.keep` is not true or false");
  return {
    id,
    data,
    excludedUsers,
    to: audience(members.to, excludedUsers),
    mustFitEnvelope: true,
    ...(!keep && { keep }),
  };
}

/**
 * Reads `{"users": […], "reason": …}`.
 *
 * @throws {@link MalformedNotificationError}
 */
export function parseDisconnect(value: unknown): Pick<Disconnect, "users" | "reason"> {
  const members = object(value, "disconnect", ["users", "reason"]);
  const { reason = DEFAULT_DISCONNECT_REASON } = members;
  if (typeof reason !== "string" || !DISCONNECT_REASON.test(reason)) {
    throw new MalformedNotificationError("`disconnect.reason` is not 1 to 64 letters, digits and `_.:-`");
  }
  return { users: users(members, "disconnect"), reason };
}

/**
 * Reads `{"users": […], "issued_before": …}`.
 *
 * @throws {@link MalformedNotificationError}
 */
export function parseRevoke(value: unknown): Pick<Revoke, "users" | "issuedBefore"> {
  const members = object(value, "revoke", ["users", "issued_before"]);
  const { issued_before: issuedBefore } = members;
  if (!Number.isInteger(issuedBefore) || Number(issuedBefore) < 1 || Number(issuedBefore) > MAX_EPOCH_SECONDS) {
    throw new MalformedNotificationError("`revoke.issued_before` is not a time in whole epoch seconds");
  }
  return { users: users(members, "revoke"), issuedBefore: Number(issuedBefore) };
}

function audience(to: unknown, excludedUsers: ReadonlySet<string>): ExplicitNotification["to"] {
  if (to === "everyone") return { kind: "everyone" };
  if (!isJsonObject(to)) {
    throw new MalformedNotificationError('`notification.to` is not {"users": […]}, {"channels": […]} or "everyone"');
  }
  const isOne = Object.keys(to).length === 1;
  const named = stringList(to, "users", "notification.to.users");
  const channels = stringList(to, "channels", "notification.to.channels");
  if (isOne && named !== undefined) return { kind: "users", users: userIds(named, excludedUsers) };
  if (isOne && channels !== undefined) {
    return { kind: "channels", channels: channelNames(channels) };
  }
  throw new MalformedNotificationError("`notification.to` has not exactly one member, `users` or `channels`");
}

/** A name that no client can subscribe to is a mistake: nobody would ever get the notification. */
function channelNames(channels: readonly string[]): readonly string[] {
  if (channels.length > MAX_CHANNELS_AT_ONCE) {
    throw new MalformedNotificationError(`\`notification.to.channels\` has more than ${MAX_CHANNELS_AT_ONCE} names`);
  }
  if (!channels.every(isChannelName)) {
    throw new MalformedNotificationError(
      "`notification.to.channels` has an entry that is not the name of a channel: 1 to 128 letters, digits and `_.:=@-`",
    );
  }
  return [...new Set(channels)];
}

function excluded({ except }: Members): readonly string[] {
  if (except === undefined) return [];
  const members = object(except, "notification.except", ["users"]);
  return required(stringList(members, "users", "notification.except.users"), "notification.except", "users");
}

function users(members: Members, where: string): readonly string[] {
  return userIds(required(stringList(members, "users", `${where}.users`), where, "users"));
}

function required<Value>(value: Value | undefined, where: string, name: string): Value {
  if (value === undefined) throw new MalformedNotificationError(`\`${where}\` has no \`${name}\``);
  return value;
}

/** An object with only these members: a misspelt member must not change the meaning of the request. */
function object(value: unknown, where: string, known: readonly string[]): Members {
  if (!isJsonObject(value)) throw new MalformedNotificationError(`\`${where}\` is not a JSON object`);
  if (!Object.keys(value).every((name) => known.includes(name))) {
    const names = known.map((name) => `\`${name}\``).join(", ");
    throw new MalformedNotificationError(`\`${where}\` has a member other than ${names}`);
  }
  return value;
}
