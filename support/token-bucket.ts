/**
 * API Gateway's throttle: each request takes a token. Tokens arrive at a rate, and a limited number of them is saved.
 */
export class TokenBucket {
  #tokens: number;
  #at = 0;

  constructor(
    private readonly ratePerSecond: number,
    private readonly burst: number,
  ) {
    this.#tokens = burst;
  }

  /** @param nowMs - never less than the time before */
  take(nowMs: number, count = 1): boolean {
    this.#tokens = Math.min(this.burst, this.#tokens + ((nowMs - this.#at) * this.ratePerSecond) / 1_000);
    this.#at = nowMs;
    // Times are sums of fractions, so a token that lacks only a rounding error counts as whole.
    if (this.#tokens < count - 1e-6) return false;
    this.#tokens -= count;
    return true;
  }
}
