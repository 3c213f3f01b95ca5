import { atLeast, isOneOf } from "../terraform/condition";
import { type Existence, existsWhen, existsWithBoth } from "../terraform/existence";

/** The watchdog exists when presence goes to the topic or the queue. */
export function watchdogExistence(presenceSource: string): Existence {
  return existsWhen(isOneOf(presenceSource, ["topic", "queue"]));
}

/** The grace queue exists for a watchdog whose OFFLINE waits. */
export function graceExistence(presenceSource: string, graceSeconds: number): Existence {
  const waits = existsWhen(atLeast(graceSeconds, 1));
  return existsWithBoth(watchdogExistence(presenceSource), waits);
}
