import type { Recipient } from "./courier";

/** Shifting an array of thousands at every delivery would cost more than removing its used part from time to time. */
const COMPACT_AT = 4_096;

/** Recipients that are ready, in the order in which they came. Probes go first: their answers decide about others. */
export class ReadyQueue implements Iterable<Recipient> {
  readonly #probes: Recipient[] = [];
  #recipients: Recipient[] = [];
  #first = 0;

  get length(): number {
    return this.#probes.length + this.#recipients.length - this.#first;
  }

  push(recipient: Recipient): void {
    (recipient.isProbe ? this.#probes : this.#recipients).push(recipient);
  }

  shift(): Recipient | undefined {
    return this.#probes.pop() ?? this.#shift();
  }

  *[Symbol.iterator](): Iterator<Recipient> {
    yield* this.#probes;
    for (let index = this.#first; index < this.#recipients.length; index++) yield this.#recipients[index] as Recipient;
  }

  #shift(): Recipient | undefined {
    const recipient = this.#recipients[this.#first++];
    if (this.#first >= this.#recipients.length) {
      this.#recipients = [];
      this.#first = 0;
    } else if (this.#first === COMPACT_AT) {
      this.#recipients.splice(0, this.#first);
      this.#first = 0;
    }
    return recipient;
  }
}
