/** Time and chance, so that tests can decide both. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after this many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
  /** From 0 to 1. */
  random(): number;
}

/** This process's own. */
export const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** Waits. */
export function sleep(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}

/** Waits for the promise, but at most this long. @returns whether the promise was in time */
export async function inTime(clock: Clock, promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let cancel = () => {};
  const late = new Promise<boolean>((resolve) => {
    cancel = clock.after(milliseconds, () => resolve(false));
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    cancel();
  }
}

/** The wait before try `attempt` + 1: full jitter, so that many senders do not come back together. */
export function backoffMilliseconds({ random }: Pick<Clock, "random">, attempt: number, max: number): number {
  return Math.round(random() * Math.min(max, 100 * 2 ** (attempt - 1)));
}
