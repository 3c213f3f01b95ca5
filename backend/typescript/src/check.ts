import { InvalidInputError } from "./errors";
import { DATA_BYTES, USER_ID_BYTES } from "./limits";

const UNPAIRED_SURROGATE = /\p{Surrogate}/u;
const CHANNEL = /^[A-Za-z0-9_.:=@-]{1,128}$/;
const NOTIFICATION_ID = /^[!-~]{1,128}$/;
const DISCONNECT_REASON = /^[A-Za-z0-9_.:-]{1,64}$/;

/** Epoch seconds have ten digits until the year 2286. Milliseconds have more. */
const MAX_EPOCH_SECONDS = 9_999_999_999;

/** One name or several. */
export type OneOrMore = string | readonly string[];

/** Each user once. @throws InvalidInputError when there is none, or when one cannot be a user id */
export function checkUsers(users: OneOrMore): readonly string[] {
  return checkUserList(users, "an empty list reaches nobody. For everyone, call notifyEveryone");
}

/** The same for calls that cannot be for everyone. */
export function checkNamedUsers(users: OneOrMore): readonly string[] {
  return checkUserList(users, "name at least one user");
}

function checkUserList(users: OneOrMore, advice: string): readonly string[] {
  const list = checkUserIds(users, "users");
  if (list.length === 0) throw new InvalidInputError("no_users", `users is empty: ${advice}`);
  return list;
}

/** Each user once; none is fine. @throws InvalidInputError when one cannot be a user id */
export function checkUserIds(users: OneOrMore, name: string): readonly string[] {
  const list = listOf(users, name);
  const wrong = list.findIndex((user) => !isUserId(user));
  if (wrong >= 0) {
    throw new InvalidInputError(
      "user_invalid",
      `${name}[${wrong}] is not a user id: a user id is text of 1 to ${USER_ID_BYTES} bytes`,
    );
  }
  return [...new Set(list)];
}

/** Each channel once. @throws InvalidInputError when there is none, or when one is no channel's name */
export function checkChannels(channels: OneOrMore): readonly string[] {
  const list = listOf(channels, "channels");
  if (list.length === 0) throw new InvalidInputError("no_channels", "channels is empty: name at least one channel");
  const wrong = list.findIndex((channel) => typeof channel !== "string" || !CHANNEL.test(channel));
  if (wrong >= 0) {
    throw new InvalidInputError(
      "channel_invalid",
      `channels[${wrong}] is not a channel's name: 1 to 128 letters, digits and _ . : = @ -`,
    );
  }
  return [...new Set(list)];
}

/** @throws InvalidInputError */
export function checkId(id: string): string {
  if (typeof id === "string" && NOTIFICATION_ID.test(id)) return id;
  throw new InvalidInputError("id_invalid", "id is not 1 to 128 visible ASCII characters");
}

/** @throws InvalidInputError */
export function checkReason(reason: string): string {
  if (typeof reason === "string" && DISCONNECT_REASON.test(reason)) return reason;
  throw new InvalidInputError(
    "reason_invalid",
    "reason is not 1 to 64 letters, digits and _ . : - : it is a code for programs, such as signed_out",
  );
}

/** @throws InvalidInputError */
export function checkEpochSeconds(time: number): number {
  if (Number.isInteger(time) && time >= 1 && time <= MAX_EPOCH_SECONDS) return time;
  throw new InvalidInputError("time_invalid", "issuedBefore is not a time in whole epoch seconds, such as 1764000000");
}

/** @throws InvalidInputError when the data is too large for a client's frame */
export function checkDataBytes(bytes: number): void {
  if (bytes <= DATA_BYTES) return;
  throw new InvalidInputError(
    "data_too_large",
    `data has ${bytes} bytes of JSON text, and at most ${DATA_BYTES} fit: store it elsewhere, and send its address`,
  );
}

function listOf(names: OneOrMore, name: string): readonly string[] {
  if (typeof names === "string") return [names];
  if (Array.isArray(names)) return names;
  throw new InvalidInputError("list_invalid", `${name} is not a text or a list of texts`);
}

function isUserId(user: unknown): boolean {
  if (typeof user !== "string" || user === "" || UNPAIRED_SURROGATE.test(user)) return false;
  return user.length <= USER_ID_BYTES / 3 || Buffer.byteLength(user) <= USER_ID_BYTES;
}
