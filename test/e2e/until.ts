import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const FIRST_POLL_MILLISECONDS = 10;
/** A question is often a call to the local AWS: asked all the time, it takes the CPU from what it waits for. */
const SLOWEST_POLL_MILLISECONDS = 100;

/** A guard against an answer that never comes, wide enough for a busy machine: no test measures time by it. */
const PATIENCE_MILLISECONDS = 40_000;

const endings = new AsyncLocalStorage<AbortSignal>();

/** Asks until the answer is neither undefined nor false. @throws Error that names what was waited for, at the deadline */
export async function until<Result>(
  what: string,
  ask: () => Result | Promise<Result>,
  deadlineMilliseconds = PATIENCE_MILLISECONDS,
): Promise<Exclude<Result, undefined | false>> {
  const signal = endings.getStore();
  const deadline = Date.now() + deadlineMilliseconds;
  for (let poll = FIRST_POLL_MILLISECONDS; ; poll = Math.min(poll * 1.5, SLOWEST_POLL_MILLISECONDS)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<Result, undefined | false>;
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMilliseconds} ms in vain for ${what}`);
    await sleep(poll, undefined, { signal });
  }
}

/** Runs work of which nothing waits any longer once the signal is aborted: each `until` in it then throws. */
export function untilAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  return endings.run(signal, work);
}
