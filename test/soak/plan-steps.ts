/** The functions that are killed, and the gateway. */
export const KILLED = ["pusher", "control", "authorizer", "presence", "gateway"] as const;

export type Killed = (typeof KILLED)[number];

/** What happens to a client. `cut`: both sides notice. `vanish`: the gateway goes on for a while as if the client were there. */
export type ClientFault = "cut" | "vanish" | "freeze" | "leave" | "reload";

/** Calls that go wrong for some seconds. `share`: of the calls, from 0 to 1. */
export interface Weather {
  readonly kind: "weather";
  readonly calls: "posts" | "writes" | "reads";
  /** A status: it is the answer, and nothing happens. `lost`: the call is done, and its answer is lost. `slow`: it is done later. */
  readonly goes: 429 | 500 | 503 | "lost" | "slow";
  readonly share: number;
  /** Only the posts to one in ten connections go wrong, but all of these. */
  readonly isPicky: boolean;
  readonly milliseconds: number;
  /** How much later a slow call is done. */
  readonly lateMilliseconds: number;
}

export interface Send {
  readonly kind: "send";
  /** Which of the three backends. */
  readonly backend: number;
  /** Indexes of users, names of channels, or everyone. */
  readonly to: { readonly users: readonly number[] } | { readonly channels: readonly string[] } | "everyone";
  /** Indexes of users who must not get it. */
  readonly except: readonly number[];
  readonly bytes: number;
  readonly isKept: boolean;
  /** It is delivered a second time, this much later. Undefined: not. */
  readonly againAfterMilliseconds: number | undefined;
}

/** A device posts to a channel, or its application wants a channel, or does not want it any more. */
export interface ChannelStep {
  readonly kind: "subscribe" | "unsubscribe" | "post";
  readonly client: number;
  readonly channel: string;
  /** Of a post. */
  readonly bytes: number;
}

export type Step =
  | Send
  | ChannelStep
  | Weather
  | { readonly kind: "kill"; readonly what: Killed }
  | { readonly kind: ClientFault; readonly client: number; readonly milliseconds: number };

export interface PlannedStep {
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly step: Step;
}
