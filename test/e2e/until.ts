import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MILLISECONDS = 25;

const abandonment = new AsyncLocalStorage<AbortSignal>();

/** Runs something whose waits end early, with an error, when the signal is aborted. */
export function abandonable<Result>(signal: AbortSignal, run: () => Promise<Result>): Promise<Result> {
  return abandonment.run(signal, run);
}

/** Asks until the answer is neither undefined nor false. @throws Error that names what was waited for, at the deadline */
export async function until<Result>(
  what: string,
  ask: () => Result | Promise<Result>,
  deadlineMilliseconds = 15_000,
): Promise<Exclude<Result, undefined | false>> {
  const deadline = Date.now() + deadlineMilliseconds;
  for (;;) {
    abandonment.getStore()?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<Result, undefined | false>;
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMilliseconds} ms in vain for ${what}`);
    await sleep(POLL_MILLISECONDS);
  }
}
