import { fullJitterMs } from "../aws/backoff";
import type { Clock } from "../shared/clock";
import type { Connection, ConnectionRow } from "./connection";
import { MAX_ATTEMPTS } from "./continuation";
import type { Courier, Payload, Recipient, Turn } from "./courier";
import type { Payloads } from "./envelope";
import { classify, type PostResult, type Reason } from "./post-result";

/**
 * Tries of one connection in one invocation, while other connections of the notification accept their messages: about
 * 13 s of waiting.
 */
export const MAX_TRIES = 12;
/**
 * How long a notification waits for clients that do not read, once everything else is sent. A queue has five functions
 * at first. When five batches waited 14 s for such clients, all other messages waited as long. For longer waits, the
 * messages are in the queue.
 */
export const PATIENCE_MS = 1_000;
export const BACKOFF = { baseMs: 50, ceilingMs: 5_000 };

/** How many recipients and removals one notification may have in memory before reading must wait. */
export const BACKLOG_FULL = 2_048;
const BACKLOG_ROOM = 1_024;

/**
 * How many refused connections (429) one notification may have in memory for another try. Further connections wait in
 * the queue.
 */
const REFUSED_FULL = 2_048;

/** Shifting an array of thousands at every delivery would cost more than removing its used part from time to time. */
const COMPACT_AT = 4_096;

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
}

export interface Past {
  readonly attempts: number;
  readonly refusals: number;
}

/**
 * The delivery of one notification to its connections within one invocation. Each offered connection has exactly one
 * result: delivered, gone, handed over (refused or postponed), or left (`finish`).
 */
export class Delivery implements Turn {
  delivered = 0;
  gone = 0;
  expired = 0;
  /** Tries that failed temporarily. */
  retried = 0;
  #ready: Recipient[] = [];
  #first = 0;
  /** Probes go first: until they are answered, the congestion window may be reduced without need. */
  readonly #probes: Recipient[] = [];
  /** Recipients that wait for another try, each with the function that ends its wait. */
  readonly #waiting = new Map<Recipient, () => void>();
  /** How many of them were refused (429). */
  #refusedWaiting = 0;
  /** Refused recipients that are not tried again until the cause of the refusals is known. */
  readonly #held = new Set<Recipient>();
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
    /** For a continuation: the attempts before this one, and how often its connections were refused in them. */
    private readonly past: Past = { attempts: 0, refusals: 0 },
  ) {
    this.#stopped = courier.stopped;
    this.#progressAt = ports.clock.now();
    courier.add(this);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get isSuspect(): boolean {
    return this.past.refusals > 0;
  }

  get hasReady(): boolean {
    return this.#readyCount > 0;
  }

  /** Whether this notification has had any final result so far. */
  get progressed(): boolean {
    return this.delivered + this.gone + this.expired > 0;
  }

  /** Adds connections to deliver to. A connection whose time is over is ended instead. */
  offer(rows: readonly (Connection | ConnectionRow)[], excludedUsers: ReadonlySet<string>): void {
    const nowSeconds = this.ports.clock.now() / 1_000;
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
    if (this.#stopped || this.#backlog < BACKLOG_FULL) return;
    await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  take(): Recipient | undefined {
    for (;;) {
      const recipient = this.#probes.pop() ?? this.#shiftReady();
      if (recipient === undefined) return undefined;
      // The connection may have waited for minutes.
      if (recipient.endsAt === undefined || recipient.endsAt > this.ports.clock.now() / 1_000) {
        this.#inFlight++;
        return recipient;
      }
      if (recipient.isProbe) this.courier.throttle.cancelProbe();
      this.#end(recipient);
    }
  }

  payloadFor({ protocol }: Recipient): Payload {
    return this.payloads.of(protocol);
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
        if (outcome.reason === "throttled") this.#refused(recipient);
        else this.#retry(recipient, outcome.reason);
        this.#stopIfNothingMoves();
        break;
    }
    this.#check();
  }

  reconsider(): void {
    const { throttle } = this.courier;
    const isOfUse = !this.#stopped && (throttle.refuser !== "unknown" || throttle.wantsProbe);
    for (const recipient of isOfUse ? [...this.#held] : []) {
      if (throttle.refuser === "unknown" && !throttle.wantsProbe) break;
      this.#held.delete(recipient);
      this.#retryRefused(recipient);
    }
    this.#check();
  }

  stop(): void {
    this.#stopped = true;
    for (const [recipient, cancel] of this.#waiting) {
      cancel();
      if (recipient.isProbe) this.courier.throttle.cancelProbe();
      recipient.isProbe = false;
    }
    this.#check();
  }

  /**
   * Call it when no more connections follow. When no request is in flight, it resolves with the connections that are
   * left.
   */
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
    return [...this.#probes, ...this.#ready.slice(this.#first), ...this.#waiting.keys(), ...this.#held];
  }

  #shiftReady(): Recipient | undefined {
    const recipient = this.#ready[this.#first++];
    if (this.#first >= this.#ready.length) {
      this.#ready = [];
      this.#first = 0;
    } else if (this.#first === COMPACT_AT) {
      this.#ready.splice(0, this.#first);
      this.#first = 0;
    }
    return recipient;
  }

  get #readyCount(): number {
    return this.#probes.length + this.#ready.length - this.#first;
  }

  get #backlog(): number {
    return this.#readyCount + this.#waiting.size - this.#refusedWaiting + this.#removals;
  }

  get #idle(): boolean {
    const held = this.courier.throttle.isProbing ? this.#held.size : 0;
    const left = this.#stopped ? 0 : this.#readyCount + this.#waiting.size + held;
    return this.#inFlight === 0 && this.#removals === 0 && left === 0;
  }

  #retry(recipient: Recipient, reason: Reason): void {
    if (recipient.failures >= MAX_TRIES) {
      this.ports.onPostponed(recipient, reason);
      return;
    }
    this.#wait(recipient);
  }

  /** The connection answered 429. */
  #refused(recipient: Recipient): void {
    recipient.refusals++;
    if (this.#stopped) this.#held.add(recipient);
    else this.#retryRefused(recipient);
  }

  /** While the cause of the refusals is unknown, only a few of the connections are tried again. */
  #retryRefused(recipient: Recipient): void {
    const { throttle } = this.courier;
    const isFull = this.#held.size + this.#refusedWaiting >= REFUSED_FULL;
    if (throttle.refuser === "account") {
      if (isFull || recipient.failures >= MAX_TRIES) this.ports.onPostponed(recipient, "throttled");
      else this.#wait(recipient);
      return;
    }
    if (!isFull && this.#mayProbe(recipient) && throttle.startProbe()) {
      recipient.isProbe = true;
      this.#wait(recipient);
    } else if (isFull || (throttle.refuser === "connections" && !this.isSuspect)) {
      this.ports.onPostponed(recipient, "throttled");
    } else this.#held.add(recipient);
  }

  /** At most once in an invocation, and it counts as an attempt. */
  #mayProbe({ refusals }: Recipient): boolean {
    return !this.isSuspect && refusals === 1 && this.past.attempts + refusals < MAX_ATTEMPTS;
  }

  #wait(recipient: Recipient): void {
    const isRefused = recipient.reason === "throttled";
    if (isRefused) this.#refusedWaiting++;
    const cancel = this.#stopped
      ? () => {}
      : this.ports.clock.after(fullJitterMs(recipient.failures, BACKOFF, this.ports.random), () => {
          this.#waiting.delete(recipient);
          if (isRefused) this.#refusedWaiting--;
          (recipient.isProbe ? this.#probes : this.#ready).push(recipient);
          this.courier.pump();
        });
    this.#waiting.set(recipient, cancel);
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
    if (this.#onRoom.length > 0 && (this.#stopped || this.#backlog < BACKLOG_ROOM)) {
      const waiting = this.#onRoom;
      this.#onRoom = [];
      for (const resolve of waiting) resolve();
    }
    if (this.#onIdle !== undefined && this.#idle) this.#onIdle();
  }
}
