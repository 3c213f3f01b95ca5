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
import { withLease } from "./with-lease";

/** A client may go on in its channels while it begins in others; further frames are refused. */
const SLOTS = ["1", "2", "3", "4"];

/**
 * `subscribe`: the connection joins channels, and gets what it has missed in them, if it asks for that. A channel that the
 * user may not be in is refused alone.
 */
export const subscribe: Act = async (request, { id, members }, ports) => {
  const { counts, clock, lease } = ports;
  const channels = channelPorts(ports);
  const names = channelList(members);
  const from = placeOf(members);
  if (admit(channels.membershipGuard, request.connectionId, clock.now()) === "drop") return { outcome: "dropped" };

  const { allowed, refused } = judge(names, subscribePatterns(request, channels));
  let done: Joined = { joined: [], excess: [] };
  if (allowed.length > 0) {
    const work = () => join(allowed, from, request, ports);
    const result = await (lease && from ? withLease(SLOTS, request, { lease, clock }, work) : work());
    if (typeof result === "string") return { outcome: result };
    done = result;
  }
  const { joined, excess, missed } = done;
  refused.push(...excess.map((channel) => ({ channel, reason: "too_many_channels" as const })));
  counts.Subscribed += joined.length;
  counts.ChannelsRefused += refused.length;
  return {
    outcome: "answered",
    frame: subscribedFrame(id, { channels: joined, refused }, missed),
    fields: { channels: joined.length, refused: refused.length, ...missed },
    failure: missed?.failure,
  };
};

interface Joined {
  readonly joined: readonly string[];
  /** They are beyond the limit of a connection. */
  readonly excess: readonly string[];
  readonly missed?: Missed | undefined;
}

/** `gone`: nobody is there to answer. */
async function join(
  allowed: readonly string[],
  from: ReplayFrom | undefined,
  request: ControlRequest,
  ports: ActPorts,
): Promise<Joined | "gone"> {
  const { userId, connectionId, timestamp } = request;
  const { subscriptions, maxPerConnection } = channelPorts(ports);
  const connection = await subscriptions.connection(userId, connectionId, ports.clock.now());
  if (connection === undefined) return "gone";
  const present = await subscriptions.channelsOf(connectionId);
  const { fitting, excess } = withinLimit(allowed, present, maxPerConnection);
  const results = await Promise.all(fitting.map((channel) => subscriptions.join(channel, connection, timestamp)));
  const joined = fitting.filter((_, index) => results[index]);
  // The rows are written, so what comes from now on arrives alive, and what came before is in the history.
  const missed = await missedIn(joined, from, request, ports);
  return missed === "gone" ? missed : { joined, excess, missed };
}

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
async function missedIn(
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
