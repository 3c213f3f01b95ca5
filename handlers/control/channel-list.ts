import { MAX_CHANNELS_AT_ONCE } from "../../src/contract/channels";
import type { ControlFrame } from "./parse-frame";
import { RefusedError } from "./refusal";

/**
 * The channels that a frame names, each once. They may have any form: which of them are names of channels is decided for
 * each of them.
 *
 * @throws RefusedError `malformed`
 */
export function channelList({ channels }: ControlFrame["members"]): readonly string[] {
  const isList = Array.isArray(channels) && channels.length >= 1 && channels.length <= MAX_CHANNELS_AT_ONCE;
  if (!isList || !channels.every((name) => typeof name === "string")) {
    throw new RefusedError("malformed", `\`channels\` is not a list of 1 to ${MAX_CHANNELS_AT_ONCE} strings`);
  }
  return [...new Set<string>(channels)];
}
