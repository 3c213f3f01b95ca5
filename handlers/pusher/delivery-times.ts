import { Sample } from "./sample";

/** A sample of the times of deliveries. */
export class DeliveryTimes {
  readonly #sample = new Sample();

  /** Milliseconds. */
  get values(): readonly number[] {
    return this.#sample.values;
  }

  /**
   * Both times in epoch milliseconds. Without the first time, no time is recorded. If the other clock is ahead of ours,
   * the time is 0.
   */
  add(sentAt: number | undefined, deliveredAt: number): void {
    if (sentAt !== undefined) this.#sample.add(Math.max(0, deliveredAt - sentAt));
  }
}
