import { seededRandom } from "../../support/seeded-random";
import { CHANNELS, usualChannels } from "./rights";

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

export interface PlanOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  readonly users: number;
}

/** How often each kind of step happens: once in so many milliseconds, on average. */
const EVERY_MS = { send: 200, broadcast: 3_000, toChannels: 1_500, post: 1_000, kill: 6_000, weather: 2_500 } as const;

/** Each client has a fault once in so many milliseconds. */
const CLIENT_FAULT_EVERY_MS = 40_000;
/** Each client leaves or joins a channel once in so many milliseconds. */
const MEMBERSHIP_EVERY_MS = 30_000;
/** So long after an application has left a channel, it may want it again. */
const LONGEST_AWAY_MS = 8_000;

/** How long something slow takes. A call that is slower than the pusher waits is done after it has given up. */
const LONGEST_LATE_MS = 30_000;

const MOST_BYTES = 100_000;

/** What a run does, in the order of time. The same options give the same plan. */
export function makePlan({ seed, seconds, clients, users }: PlanOptions): readonly PlannedStep[] {
  const random = seededRandom(seed);
  const endMs = seconds * 1_000;
  const between = (from: number, to: number) => Math.floor(from + random() * (to - from));
  const pick = <Item>(items: readonly Item[]): Item => items[between(0, items.length)] as Item;
  const steps: PlannedStep[] = [];
  const add = (count: number, create: (index: number) => Step): void => {
    for (let index = 0; index < count; index++) steps.push({ at: between(0, endMs), step: create(index) });
  };

  const someUsers = (atMost: number) => Array.from({ length: between(1, atMost + 1) }, () => between(0, users));
  const send = (to: Send["to"], except: readonly number[] = []): Send => ({
    kind: "send",
    backend: between(0, 3),
    to,
    except,
    bytes: random() < 0.05 ? between(1_000, MOST_BYTES) : between(1, 1_000),
    isKept: random() >= 0.05,
    againAfterMilliseconds: random() < 0.1 ? between(0, 20_000) : undefined,
  });
  add(Math.ceil(endMs / EVERY_MS.send), () => send({ users: someUsers(3) }));
  // Some leave a user out.
  const left = (index: number) => (index % 3 === 2 ? someUsers(2) : []);
  add(Math.ceil(endMs / EVERY_MS.broadcast), (index) => send("everyone", left(index)));
  add(Math.ceil(endMs / EVERY_MS.toChannels), (index) =>
    send({ channels: Array.from({ length: between(1, 3) }, () => pick(CHANNELS)) }, left(index)),
  );
  const channelOf = (client: number) => pick(random() < 0.8 ? usualChannels(client % users) : CHANNELS);
  add(Math.ceil(endMs / EVERY_MS.post), () => {
    const client = between(0, clients);
    return channelStep("post", client, channelOf(client), between(1, 1_000));
  });
  for (let count = Math.ceil((clients * endMs) / MEMBERSHIP_EVERY_MS); count > 0; count--) {
    const [at, client] = [between(0, endMs), between(0, clients)];
    const channel = channelOf(client);
    // Often so soon that a frame is sent again when a later one is on its way.
    const back = at + between(0, random() < 0.5 ? 1_000 : LONGEST_AWAY_MS);
    steps.push({ at, step: channelStep("unsubscribe", client, channel) });
    if (back < endMs) steps.push({ at: back, step: channelStep("subscribe", client, channel) });
  }
  // Each kind is there, also in a short run: in turns, and not by chance.
  add(Math.ceil(endMs / EVERY_MS.kill), (index) => ({ kind: "kill", what: KILLED[index % KILLED.length] as Killed }));
  add(Math.ceil(endMs / EVERY_MS.weather), (index) => weather(index, between, pick, random));
  const faults = ["cut", "vanish", "freeze", "leave", "reload"] as const;
  add(Math.ceil((clients * endMs) / CLIENT_FAULT_EVERY_MS), (index) => ({
    kind: faults[index % faults.length] as ClientFault,
    client: between(0, clients),
    milliseconds: random() < 0.2 ? between(5_000, 40_000) : between(10, 3_000),
  }));
  return steps.sort((one, other) => one.at - other.at);
}

const channelStep = (kind: ChannelStep["kind"], client: number, channel: string, bytes = 0): ChannelStep => ({
  kind,
  client,
  channel,
  bytes,
});

const CALLS = ["posts", "writes", "reads"] as const;
const GOES = [429, 500, "slow", "lost", 503] as const;

function weather(
  index: number,
  between: (from: number, to: number) => number,
  pick: <Item>(items: readonly Item[]) => Item,
  random: () => number,
): Weather {
  const goes = GOES[index % GOES.length] as Weather["goes"];
  // All calls for a short time, or some for longer.
  const isForAll = random() < 0.2;
  const calls = pick(CALLS);
  return {
    kind: "weather",
    calls,
    goes,
    share: isForAll ? 1 : pick([0.05, 0.2, 0.5]),
    isPicky: calls === "posts" && !isForAll && random() < 0.4,
    milliseconds: isForAll ? between(500, 3_000) : between(2_000, 10_000),
    lateMilliseconds: between(500, random() < 0.2 ? LONGEST_LATE_MS : 4_000),
  };
}
