import { MalformedNotificationError } from "./notification";

/** Longer than DynamoDB's hash keys can be. */
const MAX_USER_ID_BYTES = 2_048;
/**
 * Half of a surrogate pair is not a character: UTF-8, and so DynamoDB, cannot store it. SQS refuses a message with U+FFFE or
 * U+FFFF, and so would refuse each continuation. The authorizer admits no user with one of them.
 */
const NOT_IN_USER_IDS = /[\p{Surrogate}\uFFFE\uFFFF]/u;

/** Each user once, in order. Names that no user can have (empty, over 2,048 bytes, not Unicode) are skipped. */
export function userIds(names: readonly string[], excluded: ReadonlySet<string> = new Set()): readonly string[] {
  return [...new Set(names)].filter((user) => !excluded.has(user) && isUserId(user));
}

/**
 * A member that is a list of strings.
 *
 * @param where - The member's place in the request, for the error.
 * @returns undefined when there is no such member.
 * @throws {@link MalformedNotificationError}
 */
export function stringList(
  object: Readonly<Record<string, unknown>>,
  name: string,
  where = name,
): readonly string[] | undefined {
  if (!Object.hasOwn(object, name)) return undefined;
  const value = object[name];
  if (!Array.isArray(value) || !value.every((user) => typeof user === "string")) {
    throw new MalformedNotificationError(`\`${where}\` is not a list of strings`);
  }
  return value;
}

function isUserId(user: string): boolean {
  if (user === "" || NOT_IN_USER_IDS.test(user)) return false;
  return user.length <= MAX_USER_ID_BYTES / 3 || Buffer.byteLength(user) <= MAX_USER_ID_BYTES;
}
