import type { Chance } from "./plan-chance";
import type { Weather } from "./plan-steps";

/** How long something slow takes. A call that is slower than the pusher waits is done after it has given up. */
const LONGEST_LATE_MS = 30_000;

const CALLS = ["posts", "writes", "reads"] as const;
const GOES = [429, 500, "slow", "lost", 503] as const;

/** Calls that go wrong for a while. The kinds take turns, so that each is there in a short run, too. */
export function planWeather(index: number, { random, between, pick }: Chance): Weather {
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
