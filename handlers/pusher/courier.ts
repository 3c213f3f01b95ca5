import type { Clock } from "./clock";
import type { Delivery, Recipient } from "./delivery";
import { Pace } from "./pace";
import type { TimeBudget } from "./time-budget";
import type { PostResult } from "./verdict";

/** A message as it goes over the wire, hashed once for all its recipients. */
export interface Payload {
  readonly bytes: Buffer;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** The API's `@connections`. */
export interface ConnectionsEndpoint {
  /** Sends a message to a connection, within its own time-out and by the deadline (epoch milliseconds). Never throws. */
  post(connectionId: string, payload: Payload, deadline: number): Promise<PostResult>;
}

/**
 * Carries the messages of all notifications of an invocation: so many requests in flight at once, fewer while the endpoint
 * throttles, the notifications taking turns, so that a broadcast does not hold up the single message beside it.
 */
export class Courier {
  readonly #turns: Delivery[] = [];
  #turn = 0;
  #inFlight = 0;
  #stopped = false;
  readonly #pace: Pace;
  /** Whether any request has been answered for good: the invocation is getting somewhere. */
  progressed = false;
  readonly #cancelStop: () => void;

  constructor(
    private readonly endpoint: ConnectionsEndpoint,
    private readonly clock: Clock,
    private readonly budget: TimeBudget,
    concurrency: number,
  ) {
    this.#pace = new Pace(concurrency);
    this.#cancelStop = clock.after(budget.stopAt - clock.now(), () => this.#stop());
  }

  /** No delivery begins any more: the time left is short. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes a notification's messages along from now on. */
  add(delivery: Delivery): void {
    this.#turns.push(delivery);
  }

  remove(delivery: Delivery): void {
    const index = this.#turns.indexOf(delivery);
    if (index >= 0) this.#turns.splice(index, 1);
  }

  /** Ends the watch over the time. */
  close(): void {
    this.#cancelStop();
  }

  /** Begins as many requests as there is room for. */
  pump(): void {
    while (this.#inFlight < this.#pace.window && !this.#stopped) {
      const delivery = this.#next();
      const recipient = delivery?.take();
      if (delivery === undefined || recipient === undefined) return;
      if (this.clock.now() >= this.budget.stopAt) {
        delivery.putBack(recipient);
        this.#stop();
        return;
      }
      this.#post(delivery, recipient);
    }
  }

  #next(): Delivery | undefined {
    for (let i = 0; i < this.#turns.length; i++) {
      const delivery = this.#turns[this.#turn++ % this.#turns.length];
      if (delivery?.hasReady) return delivery;
    }
    return undefined;
  }

  #post(delivery: Delivery, recipient: Recipient): void {
    this.#inFlight++;
    this.endpoint.post(recipient.connectionId, delivery.payload, this.budget.requestsEndAt).then((result) => {
      this.#inFlight--;
      if (recipient.failures === 0 && typeof result === "number") this.#pace.answered(result === 429);
      delivery.settle(recipient, result);
      this.progressed ||= delivery.progressed;
      this.pump();
    });
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const delivery of [...this.#turns]) delivery.stop();
  }
}
