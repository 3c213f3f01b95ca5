/** Runs at most `limit` tasks at once. Urgent tasks go before all others. */
export class PrioritySemaphore {
  readonly #urgent: (() => void)[] = [];
  readonly #patient: (() => void)[] = [];
  #running = 0;

  constructor(private readonly limit: number) {}

  async run<Result>(task: () => Promise<Result>, { urgent = true } = {}): Promise<Result> {
    if (this.#running < this.limit) this.#running++;
    else await new Promise<void>((resolve) => (urgent ? this.#urgent : this.#patient).push(resolve));
    try {
      return await task();
    } finally {
      // Hand the slot to the next waiter; the number of running tasks does not change.
      const next = this.#urgent.shift() ?? this.#patient.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
