const PERIOD_MS = 250;

/** How fast recipients are taken from a queue, by the last quarter of a second. */
export class Pace {
  #count = 0;
  #since = 0;
  #perMillisecond = 0;

  /** One was taken. `now` in epoch milliseconds. */
  add(now: number): void {
    this.#measure(now);
    this.#count++;
  }

  /** How many are taken in this time if the pace stays the same. 0: not known yet. */
  within(ms: number, now: number): number {
    this.#measure(now);
    return this.#perMillisecond * ms;
  }

  #measure(now: number): void {
    const age = now - this.#since;
    if (age < PERIOD_MS) return;
    this.#perMillisecond = this.#since === 0 ? 0 : this.#count / age;
    this.#count = 0;
    this.#since = now;
  }
}
