import { atLeast, type Condition, either, isGiven, isOneOf } from "../terraform/condition";
import { type Existence, existsWhen, existsWithBoth } from "../terraform/existence";

/**
 * The watchdog exists when presence goes to the topic or the queue, when a user's connections are limited, or when there are
 * channels, which it cleans up.
 */
export function watchdogExistence(
  presenceSource: string,
  maxConnectionsPerUser: number | undefined,
  channels: unknown,
): Existence {
  return existsWhen(either(either(goesSomewhere(presenceSource), isGiven(maxConnectionsPerUser)), isGiven(channels)));
}

/** The grace queue exists if the watchdog's OFFLINE events wait. */
export function graceExistence(presenceSource: string, graceSeconds: number): Existence {
  const waits = existsWhen(atLeast(graceSeconds, 1));
  return existsWithBoth(existsWhen(goesSomewhere(presenceSource)), waits);
}

function goesSomewhere(presenceSource: string): Condition {
  return isOneOf(presenceSource, ["topic", "queue"]);
}
