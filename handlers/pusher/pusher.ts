import { WEBSOCKET_PAYLOAD_BYTES, YOUNG_CONNECTION_MILLISECONDS } from "../../src/contract/limits";
import { PUSHER_METRICS } from "../../src/contract/metrics";
import type { Clock } from "../shared/clock";
import { failureCode } from "../shared/failure-code";
import type { Log } from "../shared/log";
import type { Connection, ConnectionStore, Segment } from "./connection";
import { ConnectionCloser } from "./connection-closer";
import { continuationBodies, MAX_ATTEMPTS } from "./continuation";
import { type ConnectionsEndpoint, Courier, type Recipient } from "./courier";
import { Delivery, type DeliveryPorts } from "./delivery";
import { DeliveryTimes } from "./delivery-times";
import { type DisconnectPorts, disconnect, revoke } from "./disconnect";
import { envelope, Payloads } from "./envelope";
import { Handover, type Outbox } from "./handover";
import { MalformedNotificationError, type Notification } from "./notification";
import type { MessageFacts } from "./parse-notification";
import { parseRequest } from "./parse-request";
import type { Reason } from "./post-result";
import { PrioritySemaphore } from "./priority-semaphore";
import { type ReadingPorts, readEveryone, readUsers, type Unread } from "./read-connections";
import type { RecentAnswers } from "./recent-answers";
import type { RevocationStore } from "./revocations-table";
import type { TimeBudget } from "./time-budget";

export interface PusherPorts {
  readonly store: ConnectionStore;
  readonly endpoint: ConnectionsEndpoint;
  readonly outbox: Outbox;
  /** The table that `revoke` writes to; undefined if there is no such table. */
  readonly revocations?: RevocationStore | undefined;
  /** The container's memory of recent answers from `@connections`. */
  readonly recentAnswers: RecentAnswers;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
}

export interface PusherSettings {
  /** The limit of requests in flight to the endpoint. */
  readonly deliveryConcurrency: number;
  /** The limit of requests in flight to the table. */
  readonly readConcurrency: number;
  /** How many parts a broadcast of more than one page is split into. 1: never split. */
  readonly broadcastSegments: number;
}

/** A message from the queue or the topic. */
export interface IncomingMessage extends MessageFacts {
  readonly body: string;
}

/**
 * - `done`: every connection has been delivered to, is gone, or has been handed over to a queue. A message that can never
 *   be delivered is a dead letter now.
 * - `failed`: something is left that no queue took. Only delivering the whole message again helps, and some
 *   connections then get it twice: at least once beats never.
 */
export type MessageOutcome = "done" | "failed";

/**
 * If one in this many connections that were refused together has later accepted its message, the clients were not the
 * cause.
 */
const EASING_EVERY = 64;

/** How many connections are ended at once for a backend's request. */
const ENDINGS_AT_ONCE = 16;

/** How many broadcasts of one batch read the table at once: each has up to two pages in memory. */
const BROADCASTS_AT_ONCE = 2;
/**
 * How long the pusher tries to send the parts of a broadcast to the queue. After that, it delivers the remaining parts
 * itself: a queue that refuses for minutes must not delay the connections.
 */
const SPLIT_PATIENCE_MS = 5_000;

/**
 * Delivers messages in parallel until all are delivered or time is short, and then hands over the remaining work. It
 * ends by the budget's end, and no part of it continues after that.
 *
 * If the function dies during a batch (out of memory, killed), the queue delivers the whole batch again, and some
 * connections get a message twice. Splitting limits this. A large broadcast becomes many messages, each with its own
 * progress, and the split message is finished before the first of them is delivered.
 *
 * @returns The outcome of each message, in order.
 */
export async function push(
  messages: readonly IncomingMessage[],
  ports: PusherPorts,
  settings: PusherSettings,
  budget: TimeBudget,
): Promise<readonly MessageOutcome[]> {
  return new Invocation(ports, settings, budget).run(messages);
}

class Invocation {
  readonly #courier: Courier;
  readonly #reads: PrioritySemaphore;
  readonly #broadcasts = new PrioritySemaphore(BROADCASTS_AT_ONCE);
  readonly #closer: ConnectionCloser;
  readonly #endings = new PrioritySemaphore(ENDINGS_AT_ONCE);
  readonly #deliveryTimes = new DeliveryTimes();
  readonly #totals = {
    delivered: 0,
    gone: 0,
    expired: 0,
    closed: 0,
    ended: 0,
    retried: 0,
    continued: 0,
    deadLettered: 0,
    malformed: 0,
    failed: 0,
  };

  constructor(
    private readonly ports: PusherPorts,
    private readonly settings: PusherSettings,
    private readonly budget: TimeBudget,
  ) {
    const { endpoint, clock, recentAnswers } = ports;
    this.#courier = new Courier(endpoint, clock, budget, settings.deliveryConcurrency, recentAnswers);
    this.#closer = new ConnectionCloser(ports.endpoint, ports.clock, budget);
    this.#reads = new PrioritySemaphore(settings.readConcurrency);
  }

  async run(messages: readonly IncomingMessage[]): Promise<readonly MessageOutcome[]> {
    const startedAt = this.ports.clock.now();
    const outcomes = await Promise.all(messages.map((message) => this.#message(message)));
    this.#courier.close();
    this.#summarize(messages.length, this.ports.clock.now() - startedAt);
    return outcomes;
  }

  #summarize(messages: number, durationMs: number): void {
    const { delivered, gone, expired, closed, ended, retried, continued, deadLettered, malformed, failed } =
      this.#totals;
    this.ports.log.summary(
      "pushed",
      PUSHER_METRICS,
      {
        Delivered: delivered,
        Gone: gone,
        Retried: retried,
        Continued: continued,
        Failed: deadLettered + malformed + failed,
        DeliveryTime: this.#deliveryTimes.values,
      },
      { messages, expired, closed, ended, deadLettered, malformed, failed, durationMs },
    );
  }

  async #message(message: IncomingMessage): Promise<MessageOutcome> {
    const { id } = message;
    try {
      if (await this.#handle(message)) return "done";
      this.ports.log.error("failed", { messageId: id });
    } catch (error) {
      // Our own fault must not stop the other messages of the batch.
      this.ports.log.error("failed", { messageId: id, failure: failureCode(error) });
    }
    this.#totals.failed++;
    return "failed";
  }

  /** False if a part of the remaining work could not be sent to any queue. */
  async #handle(message: IncomingMessage): Promise<boolean> {
    try {
      const request = parseRequest(message.body, message);
      if ("disconnect" in request) return await disconnect(request.disconnect, this.#endingPorts);
      if ("revoke" in request) return await revoke(request.revoke, this.#endingPorts);
      if (!isTooLarge(request.notification)) return await this.#deliver(message.id, request.notification);
    } catch (error) {
      if (!(error instanceof MalformedNotificationError)) throw error;
      return this.#refuseMalformed(message, error);
    }
    // A message that is too large for every connection is refused once, not by each connection.
    const isRefused = await this.#refuse(message, "payload_too_large");
    if (isRefused) this.#totals.deadLettered++;
    return isRefused;
  }

  get #endingPorts(): DisconnectPorts {
    return {
      ...this.ports,
      budget: this.budget,
      reads: this.#reads,
      endings: this.#endings,
      onEnded: (ending) => this.#totals[ending]++,
      onHandedOver: (users, isDeadLetter) => {
        this.#totals[isDeadLetter ? "deadLettered" : "continued"] += users;
      },
    };
  }

  async #refuseMalformed(message: IncomingMessage, error: MalformedNotificationError): Promise<boolean> {
    this.ports.log.error(error.code, { messageId: message.id, detail: error.message });
    const isRefused = await this.#refuse(message, error.code, error.message);
    if (isRefused) this.#totals.malformed++;
    return isRefused;
  }

  /** Makes a dead letter of the unchanged message. False if the dead-letter queue did not accept it. */
  async #refuse({ body, isContinuation = false }: IncomingMessage, reason: string, detail?: string): Promise<boolean> {
    const letter = { body, isContinuation, reason, detail };
    return (await this.ports.outbox.send("dead-letters", [letter], this.budget.endAt)).length === 0;
  }

  async #deliver(id: string, notification: Notification): Promise<boolean> {
    const { outbox, random, log, clock } = this.ports;
    const handover = new Handover(notification, { outbox, random, log, deadline: this.budget.endAt });
    const undelivered = (outcome: string, { connectionId }: Connection, reason: string) =>
      log.debug(outcome, { messageId: id, connectionId, reason });
    const { attempt, refusals = 0 } = notification;
    const slow: Recipient[] = [];
    let pages = 0;
    const postpone = (recipient: Recipient, reason: Reason) => {
      if (reason !== "throttled" || this.#courier.throttle.refuser === "account") {
        handover.postpone(recipient, reason, delivery.progressed);
      } else if (!this.#postponeRefused(recipient, notification, delivery, handover)) slow.push(recipient);
    };
    const ports: DeliveryPorts = {
      clock,
      random,
      onDelivered: (at) => this.#deliveryTimes.add(notification.sentAt, at),
      removeGone: (connection) => this.#remove(connection, "removeGone"),
      removeExpired: (connection) => this.#remove(connection, "removeExpired"),
      end: (connection) => this.#end(connection, id),
      onRefused: (connection, reason) => {
        undelivered("delivery_refused", connection, reason);
        handover.refuse(connection, reason);
      },
      onPostponed: (recipient, reason) => {
        undelivered("delivery_postponed", recipient, reason);
        postpone(recipient, reason);
      },
    };
    const delivery = new Delivery(new Payloads(notification), this.#courier, ports, {
      attempts: attempt - 1,
      refusals,
    });

    const unread = await this.#read(notification, delivery, () => pages++);
    const left = await delivery.finish();
    // Reading pages is progress, too: it may be that none of their users is connected.
    const countsAsAttempt = !delivery.progressed && !this.#courier.progressed && pages === 0;
    for (const recipient of left) {
      if (recipient.reason === undefined) handover.handOverUntried(recipient, countsAsAttempt);
      else postpone(recipient, recipient.reason);
    }
    await Promise.all(slow.map((recipient) => this.#giveUp(recipient, id, refusals, handover)));
    for (const { remainder, failure } of unread) {
      if (failure !== undefined) log.warn("read_failed", { messageId: id, failure });
      handover.handOverUnread(remainder, countsAsAttempt, failure);
    }
    const isHandled = await handover.finish();
    log.debug("notification_pushed", {
      messageId: id,
      attempt: notification.attempt,
      delivered: delivery.delivered,
      gone: delivery.gone,
      continued: handover.continued,
      deadLettered: handover.deadLettered,
    });
    this.#totals.delivered += delivery.delivered;
    this.#totals.gone += delivery.gone;
    this.#totals.expired += delivery.expired;
    this.#totals.retried += delivery.retried;
    this.#totals.continued += handover.continued;
    this.#totals.deadLettered += handover.deadLettered;
    return isHandled;
  }

  /** Returns false if the connection was refused in all attempts. */
  #postponeRefused(
    recipient: Recipient,
    { audience, attempt, refusals: before = 0 }: Notification,
    { delivered }: Delivery,
    handover: Handover,
  ): boolean {
    const together = audience.kind === "connections" ? audience.connections.length : 0;
    // These connections were refused together. If some accept their messages now, the others may accept theirs the next
    // time.
    if (attempt > 1 && delivered * EASING_EVERY >= together && delivered > 0)
      return handover.postponeRefused(recipient, 0, before);
    const isTheirFault = before > 0 || this.#courier.throttle.isTheirFault(this.ports.clock.now());
    return handover.postponeRefused(recipient, recipient.refusals, isTheirFault ? before + recipient.refusals : 0);
  }

  /** The client's token has ended. If the connection cannot be closed, its row stays: the next notification tries again. */
  async #end(connection: Connection, id: string): Promise<void> {
    const closing = await this.#closer.close(connection);
    if (closing.kind === "out-of-time") return;
    if (closing.kind === "failed") {
      const { connectionId } = connection;
      this.ports.log.warn("close_failed", { messageId: id, connectionId, failure: String(closing.result) });
      return;
    }
    await this.#remove(connection, "removeExpired");
  }

  /** A refused connection has no attempt left. It is closed if other connections accepted their messages each time. */
  async #giveUp(recipient: Recipient, id: string, before: number, handover: Handover): Promise<void> {
    const { log } = this.ports;
    const { connectionId } = recipient;
    if (before + recipient.refusals < MAX_ATTEMPTS) return handover.refuse(recipient, "throttled");
    const closing = await this.#closer.close(recipient);
    switch (closing.kind) {
      case "closed":
        this.#totals.closed++;
        log.warn("slow_consumer_closed", { messageId: id, connectionId });
        return handover.refuse(recipient, "slow_consumer");
      case "closed-before":
        return;
      case "gone":
        this.#totals.gone++;
        return this.#remove(recipient, "removeGone");
      case "out-of-time":
        handover.postponeRefused(recipient, 0, before);
        return;
      case "failed":
        log.warn("close_failed", { messageId: id, connectionId, failure: String(closing.result) });
        return handover.refuse(recipient, "throttled");
    }
  }

  async #read(notification: Notification, delivery: Delivery, onPage: () => void): Promise<readonly Unread[]> {
    const { audience, excludedUsers } = notification;
    const reading: ReadingPorts = {
      store: this.ports.store,
      semaphore: this.#reads,
      deadline: this.budget.requestsEndAt,
      readers: this.settings.readConcurrency,
      onPage,
    };
    if (audience.kind === "connections") {
      delivery.offer(audience.connections, excludedUsers);
      return [];
    }
    if (audience.kind === "users") return readUsers(audience, delivery, reading);
    return this.#broadcasts.run(() =>
      audience.segment === undefined && audience.after === undefined
        ? this.#broadcast(notification, delivery, reading)
        : readEveryone(audience, excludedUsers, delivery, reading),
    );
  }

  /**
   * If the table has one page, the broadcast is delivered here. A larger table is split. The first page is not used,
   * because no part of the table excludes exactly those rows. Any function may deliver any part. No part is delivered
   * here: if this function died, the whole broadcast would be split and sent again.
   */
  async #broadcast(notification: Notification, delivery: Delivery, reading: ReadingPorts): Promise<readonly Unread[]> {
    const { excludedUsers } = notification;
    const { broadcastSegments: count } = this.settings;
    if (count === 1) return readEveryone({}, excludedUsers, delivery, reading);
    if (delivery.stopped) return [{ remainder: { kind: "everyone" } }];
    let isSplit: boolean;
    try {
      const first = await this.#reads.run(() => this.ports.store.ofEveryone(undefined, undefined, reading.deadline));
      isSplit = first.next !== undefined;
      if (!isSplit) {
        delivery.offer(first.rows, excludedUsers);
        reading.onPage();
      }
    } catch (error) {
      return [{ remainder: { kind: "everyone" }, failure: failureCode(error) }];
    }
    if (!isSplit) return [];
    const unread: Unread[] = [];
    for (const segment of await this.#split(notification, count)) {
      unread.push(...(await readEveryone({ segment }, excludedUsers, delivery, reading)));
    }
    return unread;
  }

  /** Sends the parts to the queue. Returns the parts that the queue did not accept. */
  async #split(notification: Notification, count: number): Promise<readonly Segment[]> {
    const segments = Array.from({ length: count }, (_, index) => ({ index, count }));
    const bodies = new Map<string, Segment>();
    try {
      for (const segment of segments) {
        for (const body of continuationBodies(notification, { kind: "everyone", segment }, notification.attempt)) {
          bodies.set(body, segment);
        }
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return segments;
    }
    const messages = [...bodies.keys()].map((body) => ({ body, isContinuation: true }));
    const deadline = Math.min(this.budget.stopAt, this.ports.clock.now() + SPLIT_PATIENCE_MS);
    const unsent = await this.ports.outbox.send("notifications", messages, deadline);
    if (unsent.length > 0) this.ports.log.warn("split_incomplete", { segments: unsent.length });
    return unsent.flatMap(({ body }) => bodies.get(body) ?? []);
  }

  async #remove(connection: Connection, how: "removeGone" | "removeExpired"): Promise<void> {
    const { store, clock, log } = this.ports;
    const { stopAt, requestsEndAt } = this.budget;
    try {
      await this.#reads.run(
        async () => {
          const now = clock.now();
          // If a row is not removed now, a later notification finds its connection gone, or the row expires.
          if (now >= (how === "removeGone" ? requestsEndAt : stopAt)) return;
          if (how === "removeGone") {
            await store.removeGone(connection, now - YOUNG_CONNECTION_MILLISECONDS, requestsEndAt);
          } else await store.removeExpired(connection, Math.floor(now / 1_000), requestsEndAt);
        },
        { urgent: false },
      );
    } catch (error) {
      log.warn("remove_failed", { failure: failureCode(error) });
    }
  }
}

function isTooLarge(notification: Notification): boolean {
  const text = notification.mustFitEnvelope ? envelope(notification) : notification.data;
  return Buffer.byteLength(text) > WEBSOCKET_PAYLOAD_BYTES;
}
