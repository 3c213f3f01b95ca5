import { createHash } from "node:crypto";
import { CHANNEL_STREAM_PREFIX, USER_STREAM_PREFIX } from "../../src/contract/history";

/** DynamoDB's limit for a hash key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 2_048;

/**
 * The stream of a user's notifications: `user:<id>`. A user id may be as long as a hash key can be, and then has no room
 * for the prefix: such a user's stream is `user-sha256:<hash of the id>`.
 */
export function userStream(userId: string): string {
  const stream = USER_STREAM_PREFIX + userId;
  if (Buffer.byteLength(stream) <= MAX_KEY_BYTES) return stream;
  return `user-sha256:${createHash("sha256").update(userId).digest("hex")}`;
}

/** The stream of a channel's notifications: `channel:<name>`. */
export function channelStream(channel: string): string {
  return CHANNEL_STREAM_PREFIX + channel;
}
