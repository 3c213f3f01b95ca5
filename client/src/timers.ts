/** Named timers: a name that is set again replaces its timer. */
export interface Timers {
  set(name: string, milliseconds: number, action: () => void): void;
  has(name: string): boolean;
  clear(...names: readonly string[]): void;
  clearAll(): void;
}

/** Platforms take a time of more than 24 days for none. */
const MAX_MS = 2_000_000_000;

export function createTimers(): Timers {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const clear = (...names: readonly string[]) => {
    for (const name of names) {
      clearTimeout(timers.get(name));
      timers.delete(name);
    }
  };
  return {
    set(name, milliseconds, action) {
      clear(name);
      const run = () => {
        timers.delete(name);
        action();
      };
      timers.set(name, setTimeout(run, Math.min(milliseconds, MAX_MS)));
    },
    has: (name) => timers.has(name),
    clear,
    clearAll: () => clear(...timers.keys()),
  };
}
