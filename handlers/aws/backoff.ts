/**
 * Full jitter: a random wait in milliseconds, evenly distributed from zero to a limit that grows exponentially. So
 * callers that failed together do not retry together.
 *
 * @param failures - How many tries have failed so far, from 1.
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function fullJitterMs(
  failures: number,
  { baseMs, ceilingMs }: { readonly baseMs: number; readonly ceilingMs: number },
  random: () => number,
): number {
  return Math.floor(random() * Math.min(ceilingMs, baseMs * 2 ** (failures - 1)));
}
