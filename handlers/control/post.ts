import { createHash } from "node:crypto";
import { POST_KEY_CHARACTERS } from "../../src/contract/channels";
import { WEBSOCKET_PAYLOAD_BYTES } from "../../src/contract/limits";
import { allows, parseGrants } from "../shared/channel-access";
import { jsonMember } from "../shared/json-member";
import { notificationFrame } from "../shared/notification-frame";
import type { Act } from "./act";
import { channelPorts } from "./channel-ports";
import { admit } from "./flood-guard";
import { postedFrame } from "./frames";
import { RefusedError } from "./refusal";

/** The longest cursor, so that the frame of a notification from history fits, too. */
const LONGEST_CURSOR = `${"9".repeat(13)}-${"x".repeat(32)}`;

/**
 * `post`: a notification from a user to a channel. The notification's id stays the same if the frame is handled twice, and
 * with a key also if the client sends the post again. The sender is the connection's user, whatever the frame says.
 */
export const post: Act = async ({ userId, connectionId, grants, requestId, body }, { id, members }, ports) => {
  const { counts, clock } = ports;
  const { postBox, postGuard } = channelPorts(ports);
  const { channel } = members;
  if (typeof channel !== "string") throw new RefusedError("malformed", "`channel` is not a string");
  const data = jsonMember(body, "data");
  if (data === undefined) throw new RefusedError("malformed", "the frame has no `data`");
  if (admit(postGuard, connectionId, clock.now()) === "drop") return { outcome: "dropped" };
  if (!allows(parseGrants(grants).post, channel)) {
    throw new RefusedError("not_allowed", "the user's token does not allow to post to this channel");
  }
  const notification = notificationId(userId, channel, members.key) ?? requestId;
  const frame = notificationFrame({
    id: notification,
    channel,
    from: userId,
    data,
    cursor: LONGEST_CURSOR,
    isRecovered: true,
  });
  if (Buffer.byteLength(frame) > WEBSOCKET_PAYLOAD_BYTES) {
    throw new RefusedError("too_large", "`data` is too large for one notification");
  }
  await postBox.post({ id: notification, channel, from: userId, data });
  counts.Posted++;
  return { outcome: "answered", frame: postedFrame(id, notification) };
};

/**
 * The id of a post with a key. A hash, so that a user can make no id of another notification: receivers would drop that one.
 *
 * @returns undefined without a key
 * @throws RefusedError `malformed`
 */
function notificationId(userId: string, channel: string, key: unknown): string | undefined {
  if (key === undefined) return undefined;
  if (typeof key !== "string" || key === "" || [...key].length > POST_KEY_CHARACTERS) {
    throw new RefusedError("malformed", `\`key\` is not a string of 1 to ${POST_KEY_CHARACTERS} characters`);
  }
  return createHash("sha256")
    .update(JSON.stringify([userId, channel, key]))
    .digest("base64url");
}
