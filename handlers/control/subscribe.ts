import type { RefusedChannel } from "../../src/contract/frames";
import { allows, isChannelName } from "../shared/channel-access";
import { channelStream } from "../shared/history-stream";
import type { Act, ActPorts } from "./act";
import { channelList } from "./channel-list";
import { channelPorts, subscribePatterns } from "./channel-ports";
import { admit } from "./flood-guard";
import { type Missed, subscribedFrame } from "./frames";
import type { ControlRequest } from "./read-request";
import { placeOf } from "./recover";
import { currentCursor, type ReplayFrom, replay } from "./replay";

/**
 * `subscribe`: the connection joins channels, and gets what it has missed in them, if it asks for that. A channel that the
 * user may not be in is refused alone.
 */
export const subscribe: Act = async (request, { id, members }, ports) => {
  const { userId, connectionId, timestamp } = request;
  const { counts, clock } = ports;
  const channels = channelPorts(ports);
  const names = channelList(members);
  const from = placeOf(members);
  if (admit(channels.membershipGuard, connectionId, clock.now()) === "drop") return { outcome: "dropped" };

  const { allowed, refused } = judge(names, subscribePatterns(request, channels));
  let joined: readonly string[] = [];
  let replayed: Missed | undefined;
  if (allowed.length > 0) {
    const connection = await channels.subscriptions.connection(userId, connectionId, clock.now());
    // Nobody is there to answer.
    if (connection === undefined) return { outcome: "gone" };
    const present = await channels.subscriptions.channelsOf(connectionId);
    const { fitting, excess } = withinLimit(allowed, present, channels.maxPerConnection);
    refused.push(...excess.map((channel) => ({ channel, reason: "too_many_channels" as const })));
    const results = await Promise.all(
      fitting.map((channel) => channels.subscriptions.join(channel, connection, timestamp)),
    );
    joined = fitting.filter((_, index) => results[index]);
    // The rows are written, so what comes from now on arrives alive, and what came before is in the history.
    const result = await missed(joined, from, request, ports);
    if (result === "gone") return { outcome: "gone" };
    replayed = result;
  }
  counts.Subscribed += joined.length;
  counts.ChannelsRefused += refused.length;
  return {
    outcome: "answered",
    frame: subscribedFrame(id, { channels: joined, refused }, replayed),
    fields: { channels: joined.length, refused: refused.length, ...replayed },
    failure: replayed?.failure,
  };
};

function judge(
  names: readonly string[],
  patterns: readonly string[],
): { readonly allowed: readonly string[]; readonly refused: RefusedChannel[] } {
  const refused: RefusedChannel[] = [];
  const allowed = names.filter((channel) => {
    if (!isChannelName(channel)) refused.push({ channel, reason: "invalid_name" });
    else if (!allows(patterns, channel)) refused.push({ channel, reason: "not_allowed" });
    else return true;
    return false;
  });
  return { allowed, refused };
}

/** A connection may always name a channel that it is in. */
function withinLimit(
  allowed: readonly string[],
  present: ReadonlySet<string>,
  limit: number,
): { readonly fitting: readonly string[]; readonly excess: readonly string[] } {
  const known = allowed.filter((channel) => present.has(channel));
  const others = allowed.filter((channel) => !present.has(channel));
  const room = Math.max(0, limit - present.size);
  return { fitting: [...known, ...others.slice(0, room)], excess: others.slice(room) };
}

/** Undefined if no history is kept and the client asks for none. */
async function missed(
  channels: readonly string[],
  from: ReplayFrom | undefined,
  { userId, connectionId }: ControlRequest,
  ports: ActPorts,
): Promise<Missed | undefined | "gone"> {
  const { history, historySeconds, clock, counts } = ports;
  if (history === undefined) return from && { isMore: false, isGap: true };
  if (from === undefined) return { cursor: currentCursor(clock.now()) };
  const streams = channels.map(channelStream);
  const result = await replay({ userId, connectionId, streams, ...from }, { ...ports, history, historySeconds });
  if (result === undefined) return "gone";
  counts.Recovered += result.sent;
  if (result.isGap) counts.Gaps++;
  return result;
}
