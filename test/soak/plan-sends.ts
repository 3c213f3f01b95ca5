import type { Chance } from "./plan-chance";
import type { Send } from "./plan-steps";
import { CHANNELS } from "./rights";

const MOST_BYTES = 100_000;

/** The notifications of the backends. */
export class SendPlanner {
  constructor(
    private readonly users: number,
    private readonly chance: Chance,
  ) {}

  toUsers(): Send {
    return this.#send({ users: this.#some(3) });
  }

  /** One in three leaves users out. */
  toEveryone(index: number): Send {
    return this.#send("everyone", this.#left(index));
  }

  /** The same. */
  toChannels(index: number): Send {
    const { between, pick } = this.chance;
    const channels = Array.from({ length: between(1, 3) }, () => pick(CHANNELS));
    return this.#send({ channels }, this.#left(index));
  }

  #left(index: number): readonly number[] {
    return index % 3 === 2 ? this.#some(2) : [];
  }

  #some(most: number): readonly number[] {
    const { between } = this.chance;
    return Array.from({ length: between(1, most + 1) }, () => between(0, this.users));
  }

  #send(to: Send["to"], except: readonly number[] = []): Send {
    const { between, random } = this.chance;
    return {
      kind: "send",
      backend: between(0, 3),
      to,
      except,
      bytes: random() < 0.05 ? between(1_000, MOST_BYTES) : between(1, 1_000),
      isKept: random() >= 0.05,
      againAfterMilliseconds: random() < 0.1 ? between(0, 20_000) : undefined,
    };
  }
}
