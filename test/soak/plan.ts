import { seededChance } from "./plan-chance";
import { ChannelPlanner } from "./plan-channels";
import { SendPlanner } from "./plan-sends";
import { type ClientFault, KILLED, type Killed, type PlannedStep, type Step } from "./plan-steps";
import { planWeather } from "./plan-weather";

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
/** Each client leaves a channel and joins it again once in so many milliseconds. */
const MEMBERSHIP_EVERY_MS = 30_000;

const FAULTS: readonly ClientFault[] = ["cut", "vanish", "freeze", "leave", "reload"];

/** What a run does, in the order of time. The same options give the same plan. */
export function makePlan({ seed, seconds, clients, users }: PlanOptions): readonly PlannedStep[] {
  const chance = seededChance(seed);
  const { random, between } = chance;
  const endMs = seconds * 1_000;
  const sends = new SendPlanner(users, chance);
  const channels = new ChannelPlanner({ clients, users }, chance);
  const steps: PlannedStep[] = [];
  const add = (every: number, create: (index: number) => Step, among = 1): void => {
    const count = Math.ceil((among * endMs) / every);
    for (let index = 0; index < count; index++) steps.push({ at: between(0, endMs), step: create(index) });
  };

  add(EVERY_MS.send, () => sends.toUsers());
  add(EVERY_MS.broadcast, (index) => sends.toEveryone(index));
  add(EVERY_MS.toChannels, (index) => sends.toChannels(index));
  add(EVERY_MS.post, () => channels.post());
  for (let count = Math.ceil((clients * endMs) / MEMBERSHIP_EVERY_MS); count > 0; count--) {
    steps.push(...channels.leave(between(0, endMs)).filter(({ at }) => at < endMs));
  }
  // Each kind is there, also in a short run: in turns, and not by chance.
  add(EVERY_MS.kill, (index) => ({ kind: "kill", what: KILLED[index % KILLED.length] as Killed }));
  add(EVERY_MS.weather, (index) => planWeather(index, chance));
  const fault = (index: number): Step => ({
    kind: FAULTS[index % FAULTS.length] as ClientFault,
    client: between(0, clients),
    milliseconds: random() < 0.2 ? between(5_000, 40_000) : between(10, 3_000),
  });
  add(CLIENT_FAULT_EVERY_MS, fault, clients);
  return steps.sort((one, other) => one.at - other.at);
}
