const MIN_COUNT = 1_000;
const MIN_AGE_MS = 15 * 60_000;
/** Above this, the window is shorter than its age: the memory of a page is bounded. */
const MAX_COUNT = 20_000;

/** The notifications that the application has: those of the last 15 minutes, and at least 1,000. */
export interface Seen {
  keys(): Iterable<string>;
  /** @returns false if the key was seen before */
  add(key: string): boolean;
}

export function createSeen(): Seen {
  const times = new Map<string, number>();
  return {
    keys: () => times.keys(),
    add(key) {
      if (times.has(key)) return false;
      const now = Date.now();
      times.set(key, now);
      for (const [oldest, at] of times) {
        if (times.size <= MIN_COUNT || (times.size <= MAX_COUNT && now - at < MIN_AGE_MS)) break;
        times.delete(oldest);
      }
      return true;
    },
  };
}
