import { PROTOCOLS } from "../../src/contract/tables";
import type { Payload, PostResult } from "../aws/connections-api";
import { Backlog } from "./backlog";
import type { Connection, ConnectionRow } from "./connection";
import type { Courier, Recipient, Turn } from "./courier";
import type { DeliveryPorts } from "./delivery-ports";
import type { Payloads } from "./envelope";
import { isFresh, type Reading } from "./history-store";
import { Patience } from "./patience";
import { classify } from "./post-result";
import { ReadyQueue } from "./ready-queue";
import { type Past, Retries } from "./retries";

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
  readonly #backlog: Backlog;
  readonly #patience: Patience;
  #inFlight = 0;
  #removals = 0;
  #stopped = false;
  #onIdle: (() => void) | undefined;

  constructor(
    private readonly payloads: Payloads,
    private readonly courier: Courier,
    private readonly ports: DeliveryPorts,
    private readonly past: Past = { attempts: 0, refusals: 0 },
  ) {
    this.#stopped = courier.stopped;
    const { clock, random, onPostponed } = ports;
    this.#patience = new Patience(clock);
    const inMemory = () => this.#ready.length + this.#retries.backlog + this.#removals;
    this.#backlog = new Backlog(inMemory, () => courier.window, clock);
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
    if (reading !== undefined) this.#backlog.keepFresh();
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
    if (!this.#stopped) await this.#backlog.room();
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
        this.#backlog.taken(now);
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
    if (outcome.kind !== "retry" && outcome.kind !== "unsent") this.#patience.progressed(now);
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
    const cancel = this.#patience.watch(() => {
      this.#stopIfNothingMoves();
      return !this.#stopped;
    });
    await idle;
    this.#onIdle = undefined;
    cancel();
  }

  /** Call it when the delivery is settled, and no more connections follow. Returns the connections that are left. */
  end(): readonly Recipient[] {
    this.courier.remove(this);
    return [...this.#ready, ...this.#retries.left()];
  }

  get #idle(): boolean {
    const left = this.#stopped ? 0 : this.#ready.length + this.#retries.pending;
    return this.#inFlight === 0 && this.#removals === 0 && left === 0;
  }

  #stopIfNothingMoves(): void {
    const isAllOffered = this.#onIdle !== undefined;
    const isWaitingOnly = this.#inFlight === 0 && !this.hasReady;
    if (isAllOffered && isWaitingOnly && this.#patience.isOver) this.stop();
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
    this.#backlog.check(this.#stopped);
    if (this.#onIdle !== undefined && this.#idle) this.#onIdle();
  }
}
