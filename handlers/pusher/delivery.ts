import { fullJitterMs } from "../aws/backoff";
import type { Clock } from "../shared/clock";
import type { Connection, ConnectionRow } from "./connection";
import { MAX_ATTEMPTS } from "./continuation";
import type { Courier, Payload, Recipient, Turn } from "./courier";
import type { Payloads } from "./envelope";
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

/** Refused connections (429) that one notification holds in memory to try them again. Further ones wait in the queue. */
const REFUSED_FULL = 2_048;

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
  /** Closes a connection whose time is up, and removes its row. Never throws. */
  readonly end: (connection: Connection) => Promise<void>;
  /** Takes over a connection that can never get this message. */
  readonly onRefused: (connection: Connection, reason: Reason) => void;
  /** Takes over a connection that a later invocation tries again. */
  readonly onPostponed: (recipient: Recipient, reason: Reason) => void;
}

export interface Past {
  readonly attempts: number;
  readonly refusals: number;
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
  /** Probes go first: until they are answered, the congestion window may be closed for nothing. */
  readonly #probes: Recipient[] = [];
  /** Recipients that wait to be tried again, with what ends their wait. */
  readonly #waiting = new Map<Recipient, () => void>();
  /** Those of them that were refused (429). */
  #refusedWaiting = 0;
  /** Refused recipients that are not tried again before it is known who refuses. */
  readonly #held = new Set<Recipient>();
  #inFlight = 0;
  #removals = 0;
  #stopped = false;
  #onRoom: (() => void)[] = [];
  #onIdle: (() => void) | undefined;
  /** When a connection has last taken its message, or turned out never to. */
  #progressAt: number;

  constructor(
    private readonly payloads: Payloads,
    private readonly courier: Courier,
    private readonly ports: DeliveryPorts,
    /** Where it is a continuation: the attempts before this one, and how often its connections were refused in them. */
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

  /** Whether anything has come of this notification so far. */
  get progressed(): boolean {
    return this.delivered + this.gone + this.expired > 0;
  }

  /** Adds connections to deliver to. Those whose time is up are ended instead. */
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

  /** Resolves when there is room for more connections, or the delivery has stopped. */
  async room(): Promise<void> {
    if (this.#stopped || this.#backlog < BACKLOG_FULL) return;
    await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  take(): Recipient | undefined {
    for (;;) {
      const recipient = this.#probes.pop() ?? this.#shiftReady();
      if (recipient === undefined) return undefined;
      // It may have waited for minutes.
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

  /** As long as it is not known who refuses, a connection is not tried again, but for a few. */
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

  /** Once in an invocation, and it counts as an attempt. */
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
