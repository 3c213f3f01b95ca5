import type { Clock } from "../handlers/shared/clock";

interface Timer {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/**
 * Time passes only when nothing else can happen: minutes of deliveries take milliseconds, and every run is the same.
 */
export class SimulatedClock implements Clock {
  #now: number;
  #order = 0;
  #heap: Timer[] = [];
  #live = 0;

  constructor(startAt = Date.UTC(2026, 0, 1)) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#live;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback };
    this.#live++;
    this.#push(timer);
    return () => {
      if (timer.callback !== undefined) this.#live--;
      timer.callback = undefined;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Lets time pass until the promise is settled. Throws if nothing is left that could settle it. */
  async drive<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    promise.then(
      () => {
        isSettled = true;
      },
      () => {
        isSettled = true;
      },
    );
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isSettled) return promise;
      let timer = this.#pop();
      if (timer === undefined) throw new Error("the simulation has come to a halt");
      this.#now = timer.at;
      for (;;) {
        const { callback } = timer;
        timer.callback = undefined;
        if (callback !== undefined) {
          this.#live--;
          callback();
        }
        if (this.#heap[0]?.at !== this.#now) break;
        timer = this.#pop() as Timer;
      }
    }
  }

  /** Fires all timers in the order of their times, and those that they set. For simulations without promises. */
  fireAll(): void {
    for (let timer = this.#pop(); timer !== undefined; timer = this.#pop()) {
      const { at, callback } = timer;
      if (callback === undefined) continue;
      this.#now = at;
      timer.callback = undefined;
      this.#live--;
      callback();
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, heap[parent] as Timer)) break;
      heap[index] = heap[parent] as Timer;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Timer, heap[child] as Timer)) child++;
      if (!isBefore(heap[child] as Timer, last)) break;
      heap[index] = heap[child] as Timer;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
