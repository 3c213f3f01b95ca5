import type { Log } from "../shared/log";
import type { Connection } from "./connection";
import { continuationBodies, continuationDelaySeconds, MAX_ATTEMPTS } from "./continuation";
import type { Reading } from "./history-store";
import type { Audience, Notification } from "./notification";
import type { Reason } from "./post-result";

export interface OutboxMessage {
  readonly body: string;
  /** Whether the pusher has written the body: only then may it be read as a continuation. */
  readonly isContinuation: boolean;
  /** The user who has posted it, if the message is still the control function's. */
  readonly postedBy?: string | undefined;
  /** 0 to 900. */
  readonly delaySeconds?: number;
  /** Why it is a dead letter: a stable code. */
  readonly reason?: string;
  /** The error of a malformed message, for its sender. Names members, never a value. */
  readonly detail?: string;
}

/** The notifications queue and its dead-letter queue. */
export interface Outbox {
  /** Sends the messages, with retries until the deadline (epoch milliseconds). Returns those not sent; never throws. */
  send(
    queue: "notifications" | "dead-letters",
    messages: readonly OutboxMessage[],
    deadline: number,
  ): Promise<readonly OutboxMessage[]>;
}

export interface HandoverPorts {
  readonly outbox: Outbox;
  readonly random: () => number;
  readonly log: Log;
  /** Epoch milliseconds by which all sending ends. */
  readonly deadline: number;
  /** Gets a connection that would become a dead letter. True: somebody else takes care of it. @default - nobody does */
  readonly leave?: (connection: Undelivered, reason: string) => boolean;
}

/** A connection that did not get its message, and when its row was read, if that matters to history. */
export interface Undelivered extends Connection {
  readonly reading?: Reading | undefined;
}

/** How many connections are collected to share a message. More would only use memory. */
export const BUCKET_CONNECTIONS = 1_000;

/** What happens to connections that did not get their message. */
interface Destination {
  readonly attempt: number;
  /** Whether the attempt waits in the queue. */
  readonly isDelayed: boolean;
  /** The reason of a dead letter. */
  readonly reason: string | undefined;
  /** How often the connections were refused because their clients do not read. */
  readonly refusals?: number;
}

interface Bucket extends Destination {
  connections: Connection[];
  /** The earliest time at which the row of one of them was read. */
  readAt: number | undefined;
}

/**
 * Takes over the part of a notification that an invocation could not deliver. It sends this part to the notifications
 * queue as continuations. If it can never be delivered, or was tried too often, it sends this part to the dead-letter
 * queue.
 */
export class Handover {
  continued = 0;
  deadLettered = 0;
  readonly #buckets = new Map<string, Bucket>();
  readonly #sending: Promise<void>[] = [];
  readonly #unsent = { notifications: [] as OutboxMessage[], "dead-letters": [] as OutboxMessage[] };
  #tooLarge = false;

  constructor(
    private readonly notification: Notification,
    private readonly ports: HandoverPorts,
  ) {}

  /** It can never be delivered: a dead letter. */
  refuse(connection: Undelivered, reason: string): void {
    if (this.ports.leave?.(connection, reason)) return;
    this.deadLetter(connection, reason);
  }

  /** A dead letter, whatever else could be done about it. */
  deadLetter(connection: Undelivered, reason: string): void {
    this.#hold(connection, { attempt: this.notification.attempt, isDelayed: false, reason });
  }

  /**
   * A temporary failure: another attempt, after a delay, unless this was the last attempt.
   *
   * A throttled connection keeps its attempts while other connections of its notification get their messages
   * (`hasProgressed`). Then the account is most likely throttled, and a client that reads would be given up on because
   * of the throttle. The attempts still end, because each of them leaves fewer connections than before. This is only
   * for 429, which means that nothing was sent: after a time-out, each further try may deliver twice.
   */
  postpone(connection: Undelivered, reason: Reason, hasProgressed: boolean): void {
    const destination = this.#next(reason !== "throttled" || !hasProgressed, reason);
    if (destination.reason !== undefined) this.refuse(connection, reason);
    else this.#hold(connection, { ...destination, isDelayed: true });
  }

  /**
   * Refused (429) because the client does not read, or for an unknown reason: each try counts as an attempt.
   *
   * @param attempts - The tries of this invocation that count.
   * @param refusals - The refusals of all attempts that were the client's fault.
   * @returns false if no attempt is left: then nothing has been done.
   */
  postponeRefused(connection: Undelivered, attempts: number, refusals: number): boolean {
    const attempt = this.notification.attempt + attempts;
    if (attempt > MAX_ATTEMPTS) return false;
    this.#hold(connection, { attempt, isDelayed: true, reason: undefined, refusals });
    return true;
  }

  /**
   * Not tried because time ran out. `countsAsAttempt`: this invocation made no progress, and this must not repeat for
   * ever.
   */
  handOverUntried(connection: Undelivered, countsAsAttempt: boolean): void {
    const destination = this.#next(countsAsAttempt, "out_of_time");
    if (destination.reason !== undefined) this.refuse(connection, destination.reason);
    else this.#hold(connection, destination);
  }

  /** Users that were not read because the history table was busy: another attempt, after a delay, which is not counted. */
  postponeUnread(remainder: Audience): void {
    this.#send(remainder, { attempt: this.notification.attempt, isDelayed: true, reason: undefined });
  }

  /** Connections that were not read. `failure`: the table's code, unless time ran out. */
  handOverUnread(remainder: Audience, countsAsAttempt: boolean, failure?: string): void {
    this.#send(remainder, this.#next(countsAsAttempt || failure !== undefined, failure ?? "out_of_time"));
  }

  /** Sends the remaining messages. False if a message could not be sent to any queue: then only a repeat helps. */
  async finish(): Promise<boolean> {
    for (const bucket of this.#buckets.values()) this.#flush(bucket);
    await Promise.all(this.#sending);
    const { outbox, deadline, log } = this.ports;
    let unsent = 0;
    for (const queue of ["notifications", "dead-letters"] as const) {
      const again = this.#unsent[queue];
      if (again.length > 0) unsent += (await outbox.send(queue, again, deadline)).length;
    }
    if (unsent > 0 || this.#tooLarge) log.error("handover_failed", { messages: unsent, tooLarge: this.#tooLarge });
    return unsent === 0 && !this.#tooLarge;
  }

  #next(countsAsAttempt: boolean, reason: string): Destination {
    const { attempt } = this.notification;
    if (!countsAsAttempt) return { attempt, isDelayed: false, reason: undefined };
    return { attempt: attempt + 1, isDelayed: true, reason: attempt >= MAX_ATTEMPTS ? reason : undefined };
  }

  #hold(connection: Undelivered, destination: Destination): void {
    const { attempt, isDelayed, reason, refusals = 0 } = destination;
    const id = `${attempt} ${isDelayed} ${refusals} ${reason ?? ""}`;
    let bucket = this.#buckets.get(id);
    if (bucket === undefined) {
      bucket = { ...destination, connections: [], readAt: undefined };
      this.#buckets.set(id, bucket);
    }
    bucket.connections.push(connection);
    const { reading } = connection;
    if (reading !== undefined) bucket.readAt = Math.min(bucket.readAt ?? reading.at, reading.at);
    if (bucket.connections.length >= BUCKET_CONNECTIONS) this.#flush(bucket);
  }

  #flush(bucket: Bucket): void {
    const { connections, readAt } = bucket;
    if (connections.length === 0) return;
    bucket.connections = [];
    bucket.readAt = undefined;
    this.#send({ kind: "connections", connections, readAt }, bucket);
  }

  #send(remainder: Audience, { attempt, isDelayed, reason, refusals = 0 }: Destination): void {
    let bodies: string[];
    try {
      // A dead letter starts again with all attempts when it is sent back to the notifications queue.
      const state =
        reason === undefined ? { ...this.notification, attempt, refusals } : { ...this.notification, attempt: 1 };
      bodies = continuationBodies(state, remainder, state.attempt, reason);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#tooLarge = true;
      return;
    }
    const queue = reason === undefined ? "notifications" : "dead-letters";
    // Use the next attempt's delay even when this one is not counted.
    const next = Math.min(Math.max(attempt, this.notification.attempt + 1), MAX_ATTEMPTS);
    const messages = bodies.map((body) => ({
      body,
      isContinuation: true,
      reason,
      delaySeconds: reason === undefined && isDelayed ? continuationDelaySeconds(next, this.ports.random) : undefined,
    }));
    const count = remainder.kind === "connections" ? remainder.connections.length : 1;
    if (reason === undefined) this.continued += count;
    else this.deadLettered += count;
    this.#sending.push(
      this.ports.outbox.send(queue, messages, this.ports.deadline).then((unsent) => {
        this.#unsent[queue].push(...unsent);
      }),
    );
  }
}
