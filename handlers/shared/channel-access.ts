import { CHANNEL_NAME, CHANNEL_PATTERN, GRANTS_SEPARATORS } from "../../src/contract/channels";

/** Which channels a user may subscribe to and post to: patterns, see {@link allows}. */
export interface Grants {
  readonly subscribe: readonly string[];
  readonly post: readonly string[];
}

export const NO_GRANTS: Grants = { subscribe: [], post: [] };

/** Whether a value is the name of a channel. A name has no `*`, so a pattern is never the name of a channel. */
export function isChannelName(value: unknown): value is string {
  return typeof value === "string" && CHANNEL_NAME.test(value);
}

/** Whether a value is a pattern of channels: a name, or the beginning of names with `*` at the end. */
export function isChannelPattern(value: unknown): value is string {
  return typeof value === "string" && CHANNEL_PATTERN.test(value);
}

/**
 * Whether one of the patterns allows this channel. Case matters. Nothing allows a text that is not the name of a channel.
 *
 * @example
 * allows(["room:*", "lobby"], "room:42"); // true
 */
export function allows(patterns: readonly string[], name: unknown): name is string {
  if (!isChannelName(name)) return false;
  return patterns.some((pattern) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

/** The grants as one text, for the authorizer's context. Empty if there are none. */
export function formatGrants({ subscribe, post }: Grants): string {
  const { lists, patterns } = GRANTS_SEPARATORS;
  const text = [subscribe, post].map((each) => each.join(patterns)).join(lists);
  return text === lists ? "" : text;
}

/** Reads {@link formatGrants}. A text that it has not written allows nothing. */
export function parseGrants(text: string | undefined): Grants {
  const lists = text?.split(GRANTS_SEPARATORS.lists) ?? [];
  if (lists.length !== 2) return NO_GRANTS;
  const [subscribe = [], post = []] = lists.map((list) =>
    list.split(GRANTS_SEPARATORS.patterns).filter(isChannelPattern),
  );
  return { subscribe, post };
}
