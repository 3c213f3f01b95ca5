import { setTimeout as sleep } from "node:timers/promises";

/** Something that happens so many milliseconds after the beginning. */
export interface Timed {
  readonly at: number;
  run(): unknown;
}

/** Does each thing at its time, and ends at the time of the last one. */
export async function followPlan(things: readonly Timed[]): Promise<void> {
  const begun = Date.now();
  for (const { at, run } of [...things].sort((one, other) => one.at - other.at)) {
    const waitMs = begun + at - Date.now();
    if (waitMs > 0) await sleep(waitMs);
    await run();
  }
}
