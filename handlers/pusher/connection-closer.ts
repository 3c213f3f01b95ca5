import type { PostResult } from "../aws/connections-api";
import type { Clock } from "../shared/clock";
import type { Connection } from "./connection";
import type { ConnectionsEndpoint } from "./courier";
import { PrioritySemaphore } from "./priority-semaphore";
import type { TimeBudget } from "./time-budget";

/** How many requests to close connections may be in flight, besides the messages. */
const CLOSES_AT_ONCE = 16;

/**
 * The result of closing a connection. `closed-before`: another notification of the invocation has closed it. `gone`:
 * the client had already left. `failed`: it is open, and `result` has the reason.
 */
export type Closing =
  | { readonly kind: "closed" | "closed-before" | "gone" | "out-of-time" }
  | { readonly kind: "failed"; readonly result: PostResult };

/**
 * Closes connections whose clients do not read, as other brokers do with slow consumers. A live client connects again,
 * with an empty buffer. Otherwise each notification would be tried five times without success, and then become a dead
 * letter.
 */
export class ConnectionCloser {
  readonly #slots = new PrioritySemaphore(CLOSES_AT_ONCE);
  readonly #closings = new Map<string, Promise<Closing>>();

  constructor(
    private readonly endpoint: ConnectionsEndpoint,
    private readonly clock: Clock,
    private readonly budget: TimeBudget,
  ) {}

  /**
   * Sends one request for a connection, even if several notifications have given up on it. Never throws.
   *
   * @param beginBy - The latest time for the request: epoch milliseconds. @default - as for deliveries
   */
  async close({ connectionId }: Connection, beginBy = this.budget.stopAt): Promise<Closing> {
    const before = this.#closings.get(connectionId);
    if (before !== undefined) {
      const closing = await before;
      return closing.kind === "closed" ? { kind: "closed-before" } : closing;
    }
    const closing = this.#slots.run(() => this.#close(connectionId, beginBy));
    this.#closings.set(connectionId, closing);
    return closing;
  }

  async #close(connectionId: string, beginBy: number): Promise<Closing> {
    const { requestsEndAt } = this.budget;
    if (this.clock.now() >= beginBy) return { kind: "out-of-time" };
    const result = await this.endpoint.close(connectionId, requestsEndAt);
    if (result === 410) return { kind: "gone" };
    return typeof result === "number" && result >= 200 && result < 300
      ? { kind: "closed" }
      : { kind: "failed", result };
  }
}
