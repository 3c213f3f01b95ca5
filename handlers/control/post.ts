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
 * `post`: a notification from a user to a channel. The notification's id is API Gateway's id of the frame, so it stays the
 * same if the frame is handled twice. The sender is the connection's user, whatever the frame says.
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
  const frame = notificationFrame({
    id: requestId,
    channel,
    from: userId,
    data,
    cursor: LONGEST_CURSOR,
    isRecovered: true,
  });
  if (Buffer.byteLength(frame) > WEBSOCKET_PAYLOAD_BYTES) {
    throw new RefusedError("too_large", "`data` is too large for one notification");
  }
  await postBox.post({ id: requestId, channel, from: userId, data });
  counts.Posted++;
  return { outcome: "answered", frame: postedFrame(id, requestId) };
};
