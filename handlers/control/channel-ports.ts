import { parseGrants } from "../shared/channel-access";
import type { ActPorts } from "./act";
import type { ControlRequest } from "./read-request";
import { RefusedError } from "./refusal";
import type { ChannelPorts } from "./subscriptions";

/** @throws RefusedError `no_channels` */
export function channelPorts({ channels }: ActPorts): ChannelPorts {
  if (channels === undefined) throw new RefusedError("no_channels", "this SUMU has no channels");
  return channels;
}

/** The patterns of the channels that the user of a frame may subscribe to. */
export function subscribePatterns({ grants }: ControlRequest, { publicPatterns }: ChannelPorts): readonly string[] {
  return [...publicPatterns, ...parseGrants(grants).subscribe];
}
