import { MAX_RECEIVE_COUNT } from "../../src/contract/limits";

/**
 * How many invocations try a delivery, the first included, before it becomes a dead letter: as often as SQS tries a
 * message.
 */
export const MAX_ATTEMPTS = MAX_RECEIVE_COUNT;

/** How long an attempt waits in the queue, in seconds: 5 to 10 before the second, 135 to 270 before the fifth. */
export function continuationDelaySeconds(attempt: number, random: () => number): number {
  const longest = 10 * 3 ** (attempt - 2);
  return Math.ceil(longest / 2 + (random() * longest) / 2);
}
