import { MAX_ATTEMPTS } from "./attempts";
import type { Connection } from "./connection";
import type { Reading } from "./history-store";
import type { Audience, Notification } from "./notification";
import type { Reason } from "./post-result";
import { type Destination, RemainderSender, type RemainderSenderPorts } from "./remainder-sender";

export interface HandoverPorts extends RemainderSenderPorts {
  /** Gets a connection that would become a dead letter. True: somebody else takes care of it. @default - nobody does */
  readonly leave?: (connection: Undelivered, reason: string) => boolean;
}

/** A connection that did not get its message, and when its row was read, if that matters to history. */
export interface Undelivered extends Connection {
  readonly reading?: Reading | undefined;
}

/** How many connections are collected to share a message. More would only use memory. */
export const BUCKET_CONNECTIONS = 1_000;

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
  readonly #buckets = new Map<string, Bucket>();
  readonly #sender: RemainderSender;

  constructor(
    private readonly notification: Notification,
    private readonly ports: HandoverPorts,
  ) {
    this.#sender = new RemainderSender(notification, ports);
  }

  /** Connections that a later invocation gets; an unread part of the audience counts as one. */
  get continued(): number {
    return this.#sender.continued;
  }

  /** Connections that are dead letters; an unread part of the audience counts as one. */
  get deadLettered(): number {
    return this.#sender.deadLettered;
  }

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
    this.#sender.send(remainder, { attempt: this.notification.attempt, isDelayed: true, reason: undefined });
  }

  /** Connections that were not read. `failure`: the table's code, unless time ran out. */
  handOverUnread(remainder: Audience, countsAsAttempt: boolean, failure?: string): void {
    this.#sender.send(remainder, this.#next(countsAsAttempt || failure !== undefined, failure ?? "out_of_time"));
  }

  /** Sends the remaining messages. False if a message could not be sent to any queue: then only a repeat helps. */
  finish(): Promise<boolean> {
    for (const bucket of this.#buckets.values()) this.#flush(bucket);
    return this.#sender.finish();
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
    this.#sender.send({ kind: "connections", connections, readAt }, bucket);
  }
}
