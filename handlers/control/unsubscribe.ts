import { allows, isChannelName } from "../shared/channel-access";
import type { Act } from "./act";
import { channelList } from "./channel-list";
import { channelPorts, subscribePatterns } from "./channel-ports";
import { admit } from "./flood-guard";
import { unsubscribedFrame } from "./frames";

/**
 * `unsubscribe`: the connection leaves channels, also those that its user may not be in any more. The answer names all
 * channels of the frame, also those that the connection was not in.
 */
export const unsubscribe: Act = async (request, { id, members }, ports) => {
  const { userId, connectionId, timestamp } = request;
  const { counts, clock } = ports;
  const channels = channelPorts(ports);
  const { subscriptions, membershipGuard } = channels;
  const names = channelList(members);
  if (admit(membershipGuard, connectionId, clock.now()) === "drop") return { outcome: "dropped" };
  const connection = await subscriptions.connection(userId, connectionId, clock.now());
  if (connection === undefined) return { outcome: "gone" };
  // A row for each channel that the user may join, because the frame that joined may still come. Others get no row: else a
  // client could fill any channel with rows, which each notification to it reads.
  const patterns = subscribePatterns(request, channels);
  const left = await Promise.all(
    names
      .filter(isChannelName)
      .map((channel) => subscriptions.leave(channel, connection, timestamp, allows(patterns, channel))),
  );
  counts.Unsubscribed += left.filter(Boolean).length;
  return { outcome: "answered", frame: unsubscribedFrame(id, names), fields: { channels: names.length } };
};
