/**
 * Decides which configuration serves a request. For a while after a change, the old and the new configuration take
 * turns.
 */
export class Rollout<T> {
  #latest: T;
  #previous: T;
  #endsAt = 0;
  #isNewsTurn = false;
  readonly #milliseconds: number;
  readonly #now: () => number;

  constructor(first: T, milliseconds: number, now: () => number) {
    this.#latest = first;
    this.#previous = first;
    this.#milliseconds = milliseconds;
    this.#now = now;
  }

  get latest(): T {
    return this.#latest;
  }

  change(next: T): void {
    this.#previous = this.#latest;
    this.#latest = next;
    this.#endsAt = this.#now() + this.#milliseconds;
    this.#isNewsTurn = false;
  }

  /** The configuration that serves the next request. */
  next(): T {
    if (this.#now() >= this.#endsAt) {
      this.#previous = this.#latest;
      return this.#latest;
    }
    const chosen = this.#isNewsTurn ? this.#latest : this.#previous;
    this.#isNewsTurn = !this.#isNewsTurn;
    return chosen;
  }
}
