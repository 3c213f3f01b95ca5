import type { ActPorts } from "./act";
import { RefusedError } from "./refusal";
import type { ChannelPorts } from "./subscriptions";

/** @throws RefusedError `no_channels` */
export function channelPorts({ channels }: ActPorts): ChannelPorts {
  if (channels === undefined) throw new RefusedError("no_channels", "this SUMU has no channels");
  return channels;
}
