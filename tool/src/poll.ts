import { setTimeout as sleep } from "node:timers/promises";

const POLL_MILLISECONDS = 100;

/** Reads until there is a value. Undefined: it did not come in time. */
export async function poll<Value>(
  read: () => Value | undefined | Promise<Value | undefined>,
  milliseconds: number,
  pause = POLL_MILLISECONDS,
): Promise<Value | undefined> {
  const endAt = performance.now() + milliseconds;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (performance.now() >= endAt) return undefined;
    await sleep(Math.min(pause, Math.max(1, endAt - performance.now())));
  }
}
