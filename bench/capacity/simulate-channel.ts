import { partsOf, SMALL_CHANNEL_ROWS } from "../../handlers/pusher/read-channel";
import { type BroadcastPrediction, type BroadcastScenario, simulateBroadcast } from "./simulate-broadcast";

export interface ChannelScenario extends Omit<BroadcastScenario, "connections"> {
  /** Connections in the channel. */
  readonly members: number;
  /** Rows of subscriptions in a page of 1 MB. */
  readonly pageRows: number;
  /** A read of rows, and the search for the end of a page: DynamoDB counts its rows. */
  readonly readMs: number;
  readonly pageEndMs: number;
}

export interface ChannelPrediction extends BroadcastPrediction {
  /** Seconds in which one function searches the ends of the parts. */
  readonly searchSeconds: number;
}

/**
 * Predicts a notification to a channel, from the queue to the last answer. A small channel is delivered by the function that
 * got it. Of a larger one, that function searches the ends of the pages, one after the other, and hands over the parts:
 * from there on it is a broadcast. Parts are whole pages. If there are so few that the parts differ in size, and the throttle
 * binds, the prediction is up to a third too long.
 */
export function simulateChannel({
  members,
  pageRows,
  readMs,
  pageEndMs,
  ...scenario
}: ChannelScenario): ChannelPrediction {
  const pages = Math.ceil(members / pageRows);
  const ends = Array.from({ length: pages - 1 }, (_, index) => ({ index: (index + 1) * pageRows }));
  const parts = partsOf(ends, scenario.segments).map(
    ({ after, until }) => Number(until?.index ?? members) - Number(after?.index ?? 0),
  );
  const isSmall = members <= SMALL_CHANNEL_ROWS;
  const searchMs = isSmall ? 0 : pages * pageEndMs;
  const isHandedOver = parts.length > 1;
  const broadcast = simulateBroadcast({
    ...scenario,
    connections: members,
    parts,
    dispatchMs: isHandedOver ? scenario.dispatchMs : 0,
  });
  // The first page, of which the function learns whether the channel is small; then the first page of each part.
  const readsMs = (isSmall ? 1 : 2) * readMs;
  return {
    ...broadcast,
    searchSeconds: searchMs / 1_000,
    seconds: (scenario.dispatchMs + readsMs + searchMs) / 1_000 + broadcast.seconds,
  };
}
