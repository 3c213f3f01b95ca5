import { until } from "../e2e/until";

/** A guard against a wait that never ends, wide enough for a busy machine. */
const PATIENCE_MS = 1_800_000;
const SAID_EVERY_MS = 10_000;

/**
 * Waits until nothing is left, and says now and then how much is left.
 *
 * @param what - a plural
 */
export async function untilNone(
  what: string,
  count: () => number | Promise<number>,
  onStep: (step: string) => void,
): Promise<void> {
  let saidAt = Date.now();
  await until(
    `no more ${what}`,
    async () => {
      const left = await count();
      if (Date.now() > saidAt + SAID_EVERY_MS) {
        saidAt = Date.now();
        onStep(`  ${what}: ${left}`);
      }
      return left === 0;
    },
    PATIENCE_MS,
  );
}
