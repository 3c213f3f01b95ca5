import { MAX_METRIC_VALUES } from "../../src/contract/metrics";

/**
 * An even sample of 51 to 100 values: at first each value, then every second, every fourth, and so on. So thousands of
 * values cost one comparison each, and one line of the log.
 */
export class Sample {
  #values: number[] = [];
  #every = 1;
  #count = 0;

  get values(): readonly number[] {
    return this.#values;
  }

  add(value: number): void {
    if (this.#count++ % this.#every !== 0) return;
    if (this.#values.length === MAX_METRIC_VALUES) {
      this.#values = this.#values.filter((_, index) => index % 2 === 0);
      this.#every *= 2;
    }
    this.#values.push(value);
  }
}
