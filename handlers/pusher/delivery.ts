import { PROTOCOLS } from "../../src/contract/tables";
import type { Payload, PostResult } from "../aws/connections-api";
import type { Clock } from "../shared/clock";
import type { Connection, ConnectionRow } from "./connection";
import type { Courier, Recipient, Turn } from "./courier";
import type { Payloads } from "./envelope";
import { isFresh, type Reading } from "./history-store";
import { Pace } from "./pace";
import { classify, type Reason } from "./post-result";
import { ReadyQueue } from "./ready-queue";
import { type Past, Retries } from "./retries";

/**
 * How long a notification waits for clients that do not read, once everything else is sent. A queue has five functions
 * at first. When five batches waited 14 s for such clients, all other messages waited as long. For longer waits, the
 * messages are in the queue.
 */
export const PATIENCE_MS = 1_000;

/** How many recipients and removals one notification may have in memory before reading must wait. */
export const BACKLOG_FULL = 2_048;
const BACKLOG_ROOM = 1_024;
/**
 * With history, no more recipients are in memory than are posted to in this time. Else their rows would be too old for
 * history's rules when their turn comes.
 */
const AHEAD_MS = 2_000;

/** The dependencies of a delivery. */
export interface DeliveryPorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Called for each delivery, with its time in epoch milliseconds. */
  readonly onDelivered: (at: number) => void;
  /** Removes the row of a connection that is gone. Never throws. */
  readonly removeGone: (connection: Connection) => Promise<void>;
  /** Removes a row that has expired. Never throws. */
  readonly removeExpired: (connection: Connection) => Promise<void>;
  /** Closes a connection whose time is over, and removes its row. Never throws. */
  readonly end: (connection: Connection) => Promise<void>;
  /** Gets a connection that can never receive this message. */
  readonly onRefused: (connection: Connection, reason: Reason) => void;
  /** Gets a connection that a later invocation tries again. */
  readonly onPostponed: (recipient: Recipient, reason: Reason) => void;
  /** Gets a connection that was not tried in time after its row was read: its user is notified again. */
  readonly onStale: (recipient: Recipient) => void;
}

/**
 * The delivery of one notification to its connections within one invocation. Each offered connection has exactly one
 * result: delivered, gone, handed over (refused, postponed or stale), or left (`end`).
 */
export class Delivery implements Turn {
  delivered = 0;
  gone = 0;
  expired = 0;
  /** Tries that failed temporarily. */
  retried = 0;
  readonly #ready = new ReadyQueue();
  readonly #retries: Retries;
  readonly #pace = new Pace();
  #isKept = false;
  #inFlight = 0;
  #removals = 0;
  #stopped = false;
  #onRoom: (() => void)[] = [];
  #onIdle: (() => void) | undefined;
  /** The last time at which a connection accepted its message, or turned out never to accept it. */
  #progressAt: number;

  constructor(
    private readonly payloads: Payloads,
    private readonly courier: Courier,
    private readonly ports: DeliveryPorts,
    private readonly past: Past = { attempts: 0, refusals: 0 },
  ) {
    this.#stopped = courier.stopped;
    this.#progressAt = ports.clock.now();
    const { clock, random, onPostponed } = ports;
    const onReady = (recipient: Recipient) => {
      this.#ready.push(recipient);
      courier.pump();
    };
    this.#retries = new Retries(courier.throttle, past, { clock, random, onPostponed, onReady });
    courier.add(this);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get isSuspect(): boolean {
    return this.past.refusals > 0;
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Whether this notification has had any final result so far. */
  get progressed(): boolean {
    return this.delivered + this.gone + this.expired > 0;
  }

  /**
   * Adds connections to deliver to. A connection whose time is over is ended instead.
   *
   * @param reading - If the notification is in history: when the rows were read.
   */
  offer(
    rows: readonly (Connection | ConnectionRow)[],
    excludedUsers: ReadonlySet<string>,
    reading?: Reading | undefined,
  ): void {
    const nowSeconds = this.ports.clock.now() / 1_000;
    this.#isKept ||= reading !== undefined;
    for (const row of rows) {
      if (excludedUsers.has(row.userId)) continue;
      if (row.endsAt !== undefined && row.endsAt <= nowSeconds) this.#end(row);
      else if ("deleteAt" in row && row.deleteAt <= nowSeconds) {
        this.expired++;
        this.#remove(this.ports.removeExpired(row));
      } else if (!this.payloads.fit(row.protocol)) this.ports.onRefused(row, "payload_too_large");
      else {
        const { userId, connectionId, connectedAt, protocol, endsAt } = row;
        this.#ready.push({
          userId,
          connectionId,
          connectedAt,
          protocol,
          endsAt,
          reading: protocol === PROTOCOLS.envelopes ? reading : undefined,
          failures: 0,
          refusals: 0,
          isProbe: false,
        });
      }
    }
    this.courier.pump();
  }

  /** Resolves when more connections may be added, or the delivery has stopped. */
  async room(): Promise<void> {
    if (this.#stopped || this.#hasRoom(BACKLOG_FULL)) return;
    await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  take(): Recipient | undefined {
    for (;;) {
      const recipient = this.#ready.shift();
      if (recipient === undefined) break;
      // The connection may have waited for minutes.
      const now = this.ports.clock.now();
      const hasEnded = recipient.endsAt !== undefined && recipient.endsAt <= now / 1_000;
      const isStale = recipient.reading !== undefined && !isFresh(recipient.reading.at, now);
      if (!hasEnded && !isStale) {
        if (this.#isKept) this.#pace.add(now);
        this.#inFlight++;
        return recipient;
      }
      if (recipient.isProbe) this.courier.throttle.cancelProbe();
      recipient.isProbe = false;
      if (hasEnded) this.#end(recipient);
      else if (recipient.reason === undefined) this.ports.onStale(recipient);
      else this.ports.onPostponed(recipient, recipient.reason);
    }
    this.#check();
    return undefined;
  }

  payloadFor({ protocol, reading }: Recipient): Payload {
    return this.payloads.of(protocol, reading?.entry);
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
        if (outcome.reason === "throttled") this.#retries.refused(recipient);
        else this.#retries.retry(recipient, outcome.reason);
        this.#stopIfNothingMoves();
        break;
    }
    this.#check();
  }

  reconsider(): void {
    this.#retries.reconsider();
    this.#check();
  }

  stop(): void {
    this.#stopped = true;
    this.#retries.stop();
    this.#check();
  }

  /** Call it when no more connections follow for now. It resolves when nothing is in flight or waits for another try. */
  async settled(): Promise<void> {
    if (this.#idle) return;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    const cancel = this.#watchPatience();
    await idle;
    this.#onIdle = undefined;
    cancel();
  }

  /** Call it when the delivery is settled, and no more connections follow. Returns the connections that are left. */
  end(): readonly Recipient[] {
    this.courier.remove(this);
    return [...this.#ready, ...this.#retries.left()];
  }

  get #backlog(): number {
    return this.#ready.length + this.#retries.backlog + this.#removals;
  }

  #hasRoom(backlog: number): boolean {
    if (!this.#isKept) return this.#backlog < backlog;
    const ahead = Math.max(2 * this.courier.window, this.#pace.within(AHEAD_MS, this.ports.clock.now()));
    return this.#backlog < Math.min(backlog, ahead);
  }

  get #idle(): boolean {
    const left = this.#stopped ? 0 : this.#ready.length + this.#retries.pending;
    return this.#inFlight === 0 && this.#removals === 0 && left === 0;
  }

  /** Ends the waiting if it has had no result for long enough, even in the middle of a long wait. */
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

  #end(connection: Connection): void {
    this.expired++;
    this.#remove(this.ports.end(connection));
  }

  #remove(removal: Promise<void>): void {
    this.#removals++;
    removal.then(() => {
      this.#removals--;
      this.#check();
    });
  }

  #check(): void {
    if (this.#onRoom.length > 0 && (this.#stopped || this.#hasRoom(BACKLOG_ROOM))) {
      const waiting = this.#onRoom;
      this.#onRoom = [];
      for (const resolve of waiting) resolve();
    }
    if (this.#onIdle !== undefined && this.#idle) this.#onIdle();
  }
}
