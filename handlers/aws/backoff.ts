/**
 * Full jitter: a wait drawn evenly from nothing to an exponentially growing ceiling, in milliseconds, so that many
 * callers that failed together do not come back together.
 *
 * @param failures - How often it has failed so far, from 1.
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function fullJitterMs(
  failures: number,
  { baseMs, ceilingMs }: { readonly baseMs: number; readonly ceilingMs: number },
  random: () => number,
): number {
  return Math.floor(random() * Math.min(ceilingMs, baseMs * 2 ** (failures - 1)));
}
