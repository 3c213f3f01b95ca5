/** How long an answer counts, at least. It counts for twice as long at most. */
const HALF_MS = 30_000;

interface Count {
  answers: number;
  refusals: number;
}

/**
 * The answers to first tries in the last half minute to minute, of all invocations of one container. An invocation with
 * a single notification sees too little by itself: whether others are served at the same time, the ones before it know.
 */
export class RecentAnswers {
  #current: Count = { answers: 0, refusals: 0 };
  #previous: Count = { answers: 0, refusals: 0 };
  #since = 0;

  /** @param now - epoch milliseconds */
  add(isRefused: boolean, now: number): void {
    this.#forget(now);
    this.#current.answers++;
    if (isRefused) this.#current.refusals++;
  }

  /** Whether there are answers, and at most this share of them (0 to 1) are refusals. */
  isRefusedAtMost(share: number, now: number): boolean {
    this.#forget(now);
    const answers = this.#current.answers + this.#previous.answers;
    return answers > 0 && this.#current.refusals + this.#previous.refusals <= share * answers;
  }

  #forget(now: number): void {
    const age = now - this.#since;
    if (age < HALF_MS) return;
    this.#previous = age < 2 * HALF_MS ? this.#current : { answers: 0, refusals: 0 };
    this.#current = { answers: 0, refusals: 0 };
    this.#since = now;
  }
}
