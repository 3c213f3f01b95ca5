import { fullJitterMs } from "../aws/backoff";
import type { Clock } from "./clock";
import type { Connection, ConnectionRow } from "./connection";
import type { Courier, Payload, Recipient, Turn } from "./courier";
import { classify, type PostResult, type Reason } from "./post-result";

/** Tries of one connection in one invocation, as long as others of the notification take theirs: about 13 s of waiting. */
export const MAX_TRIES = 12;
/**
 * How long a notification waits for clients that do not read, once everything else is sent. A queue has five functions at
 * first: when five batches waited 14 s for such clients, everybody else's messages waited as long. Longer waits are spent
 * in the queue.
 */
export const PATIENCE_MS = 1_000;
export const BACKOFF = { baseMs: 50, ceilingMs: 5_000 };

/** Recipients and removals that one notification holds in memory before reading on must wait. */
export const BACKLOG_FULL = 2_048;
const BACKLOG_ROOM = 1_024;

/** Shifting an array of thousands at every delivery would cost more than dropping its spent part now and then. */
const COMPACT_AT = 4_096;

/** What a delivery asks of its surroundings. */
export interface DeliveryPorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Told of each delivery, with its time in epoch milliseconds. */
  readonly onDelivered: (at: number) => void;
  /** Removes the row of a connection that is gone. Never throws. */
  readonly removeGone: (connection: Connection) => Promise<void>;
  /** Removes a row whose time is up. Never throws. */
  readonly removeExpired: (connection: Connection) => Promise<void>;
  /** Takes over a connection that can never get this message. */
  readonly onRefused: (connection: Connection, reason: Reason) => void;
  /** Takes over a connection that a later invocation tries again. */
  readonly onPostponed: (connection: Connection, reason: Reason) => void;
}

/**
 * One notification's way to its connections within one invocation. Each connection offered is, in the end, exactly one
 * of delivered, gone, handed over (refused or postponed), or left (`finish`).
 */
export class Delivery implements Turn {
  delivered = 0;
  gone = 0;
  expired = 0;
  /** Tries that failed for now. */
  retried = 0;
  #ready: Recipient[] = [];
  #first = 0;
  /** Recipients that wait to be tried again, with what ends their wait. */
  readonly #waiting = new Map<Recipient, () => void>();
  #inFlight = 0;
  #removals = 0;
  #stopped = false;
  #onRoom: (() => void)[] = [];
  #onIdle: (() => void) | undefined;
  /** When a connection has last taken its message, or turned out never to. */
  #progressAt: number;

  constructor(
    readonly payload: Payload,
    private readonly courier: Courier,
    private readonly ports: DeliveryPorts,
  ) {
    this.#stopped = courier.stopped;
    this.#progressAt = ports.clock.now();
    courier.add(this);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get hasReady(): boolean {
    return this.#first < this.#ready.length;
  }

  /** Whether anything has come of this notification so far. */
  get progressed(): boolean {
    return this.delivered + this.gone + this.expired > 0;
  }

  /** Adds connections to deliver to. Rows whose time is up are removed instead. */
  offer(rows: readonly (Connection | ConnectionRow)[], excludedUsers: ReadonlySet<string>): void {
    const nowSeconds = this.ports.clock.now() / 1_000;
    for (const row of rows) {
      if (excludedUsers.has(row.userId)) continue;
      if ("deleteAt" in row && row.deleteAt <= nowSeconds) {
        this.expired++;
        this.#remove(this.ports.removeExpired(row));
      } else {
        const { userId, connectionId, connectedAt } = row;
        this.#ready.push({ userId, connectionId, connectedAt, failures: 0 });
      }
    }
    this.courier.pump();
  }

  /** Resolves when there is room for more connections, or the delivery has stopped. */
  async room(): Promise<void> {
    if (this.#stopped || this.#backlog < BACKLOG_FULL) return;
    await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  take(): Recipient | undefined {
    const recipient = this.#ready[this.#first++];
    if (this.#first >= this.#ready.length) {
      this.#ready = [];
      this.#first = 0;
    } else if (this.#first === COMPACT_AT) {
      this.#ready.splice(0, this.#first);
      this.#first = 0;
    }
    if (recipient !== undefined) this.#inFlight++;
    return recipient;
  }

  putBack(recipient: Recipient): void {
    this.#inFlight--;
    this.#ready.push(recipient);
  }

  settle(recipient: Recipient, result: PostResult): void {
    const now = this.ports.clock.now();
    const outcome = classify(result, recipient.connectedAt, now);
    if (outcome.kind !== "retry" && outcome.kind !== "unsent") this.#progressAt = now;
    switch (outcome.kind) {
      case "delivered":
        this.#inFlight--;
        this.delivered++;
        this.ports.onDelivered(now);
        break;
      case "gone":
        this.#inFlight--;
        this.gone++;
        this.#remove(this.ports.removeGone(recipient));
        break;
      case "unsent":
        this.putBack(recipient);
        break;
      case "refused":
        this.#inFlight--;
        this.ports.onRefused(recipient, outcome.reason);
        break;
      case "retry":
        this.#inFlight--;
        this.retried++;
        recipient.failures++;
        recipient.reason = outcome.reason;
        this.#retry(recipient, outcome.reason);
        this.#stopIfNothingMoves();
        break;
    }
    this.#check();
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#waiting.values()) cancel();
    this.#check();
  }

  /** Call when nothing more will be offered: resolves with the connections that are left when no request is under way. */
  async finish(): Promise<readonly Recipient[]> {
    if (!this.#idle) {
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      const cancel = this.#watchPatience();
      await idle;
      cancel();
    }
    this.courier.remove(this);
    return [...this.#ready.slice(this.#first), ...this.#waiting.keys()];
  }

  get #backlog(): number {
    return this.#ready.length - this.#first + this.#waiting.size + this.#removals;
  }

  get #idle(): boolean {
    const left = this.#stopped ? 0 : this.#ready.length - this.#first + this.#waiting.size;
    return this.#inFlight === 0 && this.#removals === 0 && left === 0;
  }

  #retry(recipient: Recipient, reason: Reason): void {
    if (recipient.failures >= MAX_TRIES) {
      this.ports.onPostponed(recipient, reason);
      return;
    }
    const cancel = this.#stopped
      ? () => {}
      : this.ports.clock.after(fullJitterMs(recipient.failures, BACKOFF, this.ports.random), () => {
          this.#waiting.delete(recipient);
          this.#ready.push(recipient);
          this.courier.pump();
        });
    this.#waiting.set(recipient, cancel);
  }

  /** Ends the waiting when it has been for nothing long enough, also in the middle of a long wait. */
  #watchPatience(): () => void {
    const { clock } = this.ports;
    let cancel = (): void => {};
    const watch = (): void => {
      this.#stopIfNothingMoves();
      const leftMs = this.#progressAt + PATIENCE_MS - clock.now();
      // If a request is still in flight, its answer decides: look again then.
      if (!this.#stopped) cancel = clock.after(leftMs > 0 ? leftMs : PATIENCE_MS, watch);
    };
    watch();
    return () => cancel();
  }

  #stopIfNothingMoves(): void {
    const isAllOffered = this.#onIdle !== undefined;
    const isWaitingOnly = this.#inFlight === 0 && !this.hasReady;
    if (isAllOffered && isWaitingOnly && this.ports.clock.now() - this.#progressAt >= PATIENCE_MS) this.stop();
  }

  #remove(removal: Promise<void>): void {
    this.#removals++;
    removal.then(() => {
      this.#removals--;
      this.#check();
    });
  }

  #check(): void {
    if (this.#onRoom.length > 0 && (this.#stopped || this.#backlog < BACKLOG_ROOM)) {
      const waiting = this.#onRoom;
      this.#onRoom = [];
      for (const resolve of waiting) resolve();
    }
    if (this.#onIdle !== undefined && this.#idle) this.#onIdle();
  }
}
