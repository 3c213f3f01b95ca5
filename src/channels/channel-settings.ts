import { Fn, propertyAccess, Token } from "cdktf";
import { CHANNELS_PER_CONNECTION } from "../contract/channels";
import { CONTROL_ENVIRONMENT } from "../contract/control-handler";
import type { Channels } from "../inputs/channels";
import type { OptionalVariable } from "../lambda/optional-environment";
import { isGiven } from "../terraform/condition";
import type { Given } from "../terraform/field";
import { joined, text } from "../terraform/text";
import { whenKnown } from "../terraform/when-known";

/** The control function's variables for public channels, and for how many channels a connection may be in. */
export function channelSettings(channels: Given<Channels> | undefined): readonly OptionalVariable[] {
  const when = isGiven(channels);
  const { publicChannels, channelsPerConnection } = CONTROL_ENVIRONMENT;
  return whenKnown<Given<Channels> | undefined, readonly OptionalVariable[]>(
    channels,
    (known) => [
      { name: publicChannels, value: joined(known?.public ?? []), when },
      {
        name: channelsPerConnection,
        value: text(known?.maxPerConnection ?? CHANNELS_PER_CONNECTION.fallback),
        when,
      },
    ],
    // The object may be null, and then has no fields.
    (token) => [
      {
        name: publicChannels,
        value: Token.asString(Fn.try([Fn.join(",", Token.asList(propertyAccess(token, ["public"]))), ""])),
        when,
      },
      {
        name: channelsPerConnection,
        value: Token.asString(Fn.try([propertyAccess(token, ["max_per_connection"]), ""])),
        when,
      },
    ],
  );
}
