/** The minimum time for which an answer counts. The maximum is twice as long. */
const HALF_MS = 30_000;

interface Count {
  answers: number;
  refusals: number;
}

/**
 * The answers to first tries in the last 30 to 60 seconds, from all invocations of one container. An invocation with a
 * single notification has too few answers of its own. The earlier invocations show whether other connections accept
 * messages at the same time.
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

  /** Whether there are answers, and the share of refusals (0 to 1) is at most this. */
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
