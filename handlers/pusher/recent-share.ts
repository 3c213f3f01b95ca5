/** The share of successes among the most recent answers. */
export class RecentShare {
  readonly #last: boolean[] = [];
  #next = 0;
  successes = 0;

  constructor(private readonly size: number) {}

  /** At most the size. */
  get count(): number {
    return this.#last.length;
  }

  /** 0 to 1; 0 if there were none. */
  get share(): number {
    return this.#last.length === 0 ? 0 : this.successes / this.#last.length;
  }

  add(isSuccess: boolean): void {
    if (this.#last[this.#next] === true) this.successes--;
    if (isSuccess) this.successes++;
    this.#last[this.#next] = isSuccess;
    this.#next = (this.#next + 1) % this.size;
  }
}
