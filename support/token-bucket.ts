/**
 * API Gateway's throttle: one token per request, a fixed number of new tokens per second, and a maximum of saved
 * tokens.
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

  /** @param nowMs - never earlier than the time before */
  take(nowMs: number, count = 1): boolean {
    this.#tokens = Math.min(this.burst, this.#tokens + ((nowMs - this.#at) * this.ratePerSecond) / 1_000);
    this.#at = nowMs;
    // Times are sums of fractions, so a token counts as present even if rounding makes it slightly less than one.
    if (this.#tokens < count - 1e-6) return false;
    this.#tokens -= count;
    return true;
  }
}
