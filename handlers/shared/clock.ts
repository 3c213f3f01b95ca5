/** The time functions of a handler. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after this many milliseconds, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** The time of day. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits this many milliseconds. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
