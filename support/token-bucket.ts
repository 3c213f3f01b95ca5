/** API Gateway's throttle: a token for each request, so many a second, and so many saved up at most. */
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
    // Times are sums of fractions: a token that is there but for the last bit of one is there.
    if (this.#tokens < count - 1e-6) return false;
    this.#tokens -= count;
    return true;
  }
}
