import { isChannelName } from "../shared/channel-access";
import type { Act } from "./act";
import { channelList } from "./channel-list";
import { channelPorts } from "./channel-ports";
import { admit } from "./flood-guard";
import { unsubscribedFrame } from "./frames";

/**
 * `unsubscribe`: the connection leaves channels. Whether the user may be in them does not matter. The answer names all
 * channels of the frame, also those that the connection was not in.
 */
export const unsubscribe: Act = async ({ userId, connectionId, timestamp }, { id, members }, ports) => {
  const { counts, clock } = ports;
  const { subscriptions, membershipGuard } = channelPorts(ports);
  const names = channelList(members);
  if (admit(membershipGuard, connectionId, clock.now()) === "drop") return { outcome: "dropped" };
  const connection = await subscriptions.connection(userId, connectionId, clock.now());
  if (connection === undefined) return { outcome: "gone" };
  // A row for each name, because the frame that joined may still come. What is not a name can have no row.
  const left = await Promise.all(
    names.filter(isChannelName).map((channel) => subscriptions.leave(channel, connection, timestamp)),
  );
  counts.Unsubscribed += left.filter(Boolean).length;
  return { outcome: "answered", frame: unsubscribedFrame(id, names), fields: { channels: names.length } };
};
