import { MAX_METRIC_VALUES } from "../../src/contract/metrics";

/**
 * The times of deliveries, as an even sample of 51 to 100: at first each delivery, then every second, every fourth, and
 * so on. So a broadcast to thousands costs one comparison per delivery, and one line of the log.
 */
export class DeliveryTimes {
  #values: number[] = [];
  #every = 1;
  #count = 0;

  /** Milliseconds. */
  get values(): readonly number[] {
    return this.#values;
  }

  /**
   * Both times in epoch milliseconds. Without the first time, no time is recorded. If the other clock is ahead of ours,
   * the time is 0.
   */
  add(sentAt: number | undefined, deliveredAt: number): void {
    if (sentAt === undefined) return;
    if (this.#count++ % this.#every !== 0) return;
    if (this.#values.length === MAX_METRIC_VALUES) {
      this.#values = this.#values.filter((_, index) => index % 2 === 0);
      this.#every *= 2;
    }
    this.#values.push(Math.max(0, deliveredAt - sentAt));
  }
}
