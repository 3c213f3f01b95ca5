import { atLeast, type Condition, either, isGiven, isOneOf } from "../terraform/condition";
import { type Existence, existsWhen, existsWithBoth } from "../terraform/existence";

/** The watchdog exists when presence goes to the topic or the queue, or when a user's connections are limited. */
export function watchdogExistence(presenceSource: string, maxConnectionsPerUser?: number): Existence {
  return existsWhen(either(goesSomewhere(presenceSource), isGiven(maxConnectionsPerUser)));
}

/** The grace queue exists if the watchdog's OFFLINE events wait. */
export function graceExistence(presenceSource: string, graceSeconds: number): Existence {
  const waits = existsWhen(atLeast(graceSeconds, 1));
  return existsWithBoth(existsWhen(goesSomewhere(presenceSource)), waits);
}

function goesSomewhere(presenceSource: string): Condition {
  return isOneOf(presenceSource, ["topic", "queue"]);
}
