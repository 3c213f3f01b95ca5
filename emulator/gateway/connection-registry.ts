import type { Connection } from "./connection";

/**
 * The open connections. The next two to end (by age and by idle time) are always known, so one timer serves all
 * connections.
 */
export class ConnectionRegistry {
  /** In order of their start. */
  readonly #open = new Map<string, Connection>();
  /** In order of their last activity. */
  readonly #byActivity = new Map<string, Connection>();
  readonly #limits: { readonly idleMilliseconds: number; readonly lifetimeMilliseconds: number };
  readonly #now: () => number;
  readonly #onExpired: (connection: Connection) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    limits: { readonly idleMilliseconds: number; readonly lifetimeMilliseconds: number },
    now: () => number,
    onExpired: (connection: Connection) => void,
  ) {
    this.#limits = limits;
    this.#now = now;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#open.size;
  }

  get(id: string): Connection | undefined {
    return this.#open.get(id);
  }

  all(): Connection[] {
    return [...this.#open.values()];
  }

  add(connection: Connection): void {
    this.#open.set(connection.id, connection);
    this.touch(connection);
    this.#schedule();
  }

  /** Records activity, which postpones the idle limit. */
  touch(connection: Connection): void {
    if (!this.#open.has(connection.id)) return;
    connection.lastActiveAt = this.#now();
    this.#byActivity.delete(connection.id);
    this.#byActivity.set(connection.id, connection);
  }

  /** False when the connection was already gone. */
  remove(connection: Connection): boolean {
    this.#byActivity.delete(connection.id);
    return this.#open.delete(connection.id);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const next = Math.min(
      this.#deadline(first(this.#open), "connectedAt"),
      this.#deadline(first(this.#byActivity), "lastActiveAt"),
    );
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, next - this.#now()) + 1);
  }

  #expire(): void {
    this.#timer = undefined;
    for (const [queue, since] of [
      [this.#open, "connectedAt"],
      [this.#byActivity, "lastActiveAt"],
    ] as const) {
      for (let next = first(queue); next && this.#deadline(next, since) <= this.#now(); next = first(queue)) {
        this.remove(next);
        this.#onExpired(next);
      }
    }
    this.#schedule();
  }

  #deadline(connection: Connection | undefined, since: "connectedAt" | "lastActiveAt"): number {
    if (!connection) return Number.POSITIVE_INFINITY;
    const { lifetimeMilliseconds, idleMilliseconds } = this.#limits;
    return connection[since] + (since === "connectedAt" ? lifetimeMilliseconds : idleMilliseconds);
  }
}

const first = (queue: ReadonlyMap<string, Connection>): Connection | undefined => queue.values().next().value;
