/** Lets so many tasks run at once. Urgent ones wait for each other only; the others for all. */
export class Gate {
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
      // A place that is free goes straight to who waits: `running` stays.
      const next = this.#urgent.shift() ?? this.#patient.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
