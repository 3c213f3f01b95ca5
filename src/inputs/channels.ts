import { Token } from "cdktf";
import { CHANNEL_PATTERN, CHANNELS_PER_CONNECTION, MAX_PUBLIC_PATTERNS_LENGTH } from "../contract/channels";
import type { Given } from "../terraform/field";
import type { Inputs } from "./input";
import { between, fits, known, regexCondition } from "./rule";

/** Groups of connections that clients join and leave by themselves. */
export interface ChannelsProps {
  /**
   * Channels: clients subscribe to them by name, and the backend and clients send to all who are in a channel. A user may
   * subscribe and post only to what a public pattern or a claim of the token allows.
   * @default - no channels
   */
  readonly channels?: Given<Channels>;
}

/**
 * Who may subscribe to which channels, and post to them. A pattern is the name of a channel, or its beginning with `*` at
 * the end: `room:*`. A claim is a list of patterns, or a text with patterns that spaces separate.
 */
export interface Channels {
  /**
   * Patterns of the channels that every user may subscribe to.
   * @default []
   */
  readonly public?: readonly string[];
  /**
   * The claim of the token with the patterns of the channels that its user may subscribe to.
   * @default - only the public channels
   */
  readonly subscribeClaim?: string;
  /**
   * The claim of the token with the patterns of the channels that its user may post to.
   * @default - clients post to no channel
   */
  readonly postClaim?: string;
  /**
   * How many channels a connection may be in at the same time, 1 to 1,000.
   * @default 100
   */
  readonly maxPerConnection?: number;
}

const CLAIM = /^[!-~]{1,256}$/;
const { fallback, min, max } = CHANNELS_PER_CONNECTION;
const perConnection = between(min, max, "");

const CHANNELS = {
  public: ["public:*"],
  subscribe_claim: "subscribe",
  post_claim: "post",
  max_per_connection: fallback,
};

export const CHANNEL_INPUTS = {
  channels: {
    type: `object({ public = optional(list(string), []), subscribe_claim = optional(string), post_claim = optional(string), max_per_connection = optional(number, ${fallback}) })`,
    description:
      "Channels that clients subscribe to: patterns for everybody (public), and the claims of the token whose patterns say what its user may subscribe and post to. A pattern is a name, or its beginning with * at the end. Null: no channels.",
    default: null,
    rule: {
      message: `channels must be an object of public (a list of patterns, at most ${MAX_PUBLIC_PATTERNS_LENGTH} characters in all), subscribe_claim and post_claim (names of claims, 1 to 256 printable ASCII characters), of which public or subscribe_claim is needed, and max_per_connection (a whole number from ${min} to ${max}), or null for no channels; a pattern is 1 to 128 letters, digits and _.:=@- and may end in *.`,
      holds: ({ public: patterns = [], subscribeClaim, postClaim, maxPerConnection = fallback }) =>
        arePatterns(patterns) &&
        [subscribeClaim, postClaim].every((claim) => !isNamed(claim) || fits(CLAIM, claim)) &&
        (Token.isUnresolved(maxPerConnection) || perConnection.holds(maxPerConnection)) &&
        (patterns.length > 0 || isNamed(subscribeClaim)),
      condition: (ref) =>
        [
          `alltrue([for pattern in ${ref}.public : ${regexCondition(CHANNEL_PATTERN, "pattern")}])`,
          `length(join(",", ${ref}.public)) <= ${MAX_PUBLIC_PATTERNS_LENGTH}`,
          claimCondition(`${ref}.subscribe_claim`),
          claimCondition(`${ref}.post_claim`),
          perConnection.condition(`${ref}.max_per_connection`),
          `(length(${ref}.public) >= 1 || ${ref}.subscribe_claim != null)`,
        ].join(" && "),
    },
    samples: {
      valid: [
        CHANNELS,
        { ...CHANNELS, public: ["*", "lobby", "a.b_c:d=e@f-1", "n".repeat(128), `${"n".repeat(127)}*`] },
        { ...CHANNELS, public: [], subscribe_claim: "https://shop.example/channels", post_claim: null },
        { ...CHANNELS, subscribe_claim: null, max_per_connection: 1 },
        { ...CHANNELS, max_per_connection: 1_000 },
      ],
      invalid: [
        { ...CHANNELS, public: [""] },
        { ...CHANNELS, public: ["room:*:42"] },
        { ...CHANNELS, public: ["room**"] },
        { ...CHANNELS, public: ["room 42"] },
        { ...CHANNELS, public: ["room/42"] },
        { ...CHANNELS, public: ["zimmer:ü"] },
        { ...CHANNELS, public: ["n".repeat(129)] },
        { ...CHANNELS, public: [`${"n".repeat(128)}*`] },
        { ...CHANNELS, public: Array(9).fill("n".repeat(128)) },
        { ...CHANNELS, public: [], subscribe_claim: null },
        { ...CHANNELS, subscribe_claim: "" },
        { ...CHANNELS, post_claim: "two words" },
        { ...CHANNELS, max_per_connection: 0 },
        { ...CHANNELS, max_per_connection: 1_001 },
        { ...CHANNELS, max_per_connection: 1.5 },
      ],
    },
  },
} as const satisfies Inputs<ChannelsProps>;

/** A caller who spells as Terraform does writes null for a claim that there is not. */
function isNamed(claim: string | null | undefined): claim is string {
  return claim !== undefined && claim !== null;
}

/** A list that is a token as a whole is Terraform's to check. */
function arePatterns(patterns: readonly string[]): boolean {
  return (
    Token.isUnresolved(patterns) ||
    (patterns.every((pattern) => fits(CHANNEL_PATTERN, pattern)) &&
      known(patterns).join(",").length <= MAX_PUBLIC_PATTERNS_LENGTH)
  );
}

function claimCondition(ref: string): string {
  return `(${ref} == null ? true : ${regexCondition(CLAIM, ref)})`;
}
