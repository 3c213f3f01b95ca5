import type { Log } from "../shared/log";
import type { Connection } from "./connection";
import { continuationBodies, continuationDelaySeconds, MAX_ATTEMPTS, type Remainder } from "./continuation";
import type { Notification } from "./notification";

export interface OutboxMessage {
  readonly body: string;
  /** 0 to 900. */
  readonly delaySeconds?: number;
  /** Why it is a dead letter. */
  readonly reason?: string;
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
  /** Epoch milliseconds by which all is sent, or is not. */
  readonly deadline: number;
}

/** Connections held back to share a message. More would only fill the memory. */
const BUCKET_CONNECTIONS = 1_000;

interface Bucket {
  readonly attempt: number;
  /** A dead letter's. */
  readonly reason: string | undefined;
  connections: Connection[];
}

/**
 * Takes over what an invocation could not deliver of one notification: to the notifications queue as continuations, to
 * the dead-letter queue when it never will be, or has been tried too often.
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

  /** Never: a dead letter. */
  refuse(connection: Connection, reason: string): void {
    this.#hold(connection, this.notification.attempt, reason);
  }

  /** Failed for now: another attempt, after a delay, unless this was the last. */
  retryLater(connection: Connection, reason: string): void {
    const { attempt, dead } = this.#next(true);
    this.#hold(connection, attempt, dead ? reason : undefined);
  }

  /** Not tried for want of time. `isAttempt`: this invocation got nowhere at all, which must not go on for ever. */
  leave(connection: Connection, isAttempt: boolean): void {
    const { attempt, dead } = this.#next(isAttempt);
    this.#hold(connection, attempt, dead ? "out_of_time" : undefined);
  }

  /** Connections not even read. `failure`: the table's code, when it was not for want of time. */
  leaveUnread(remainder: Remainder, isAttempt: boolean, failure?: string): void {
    const { attempt, dead } = this.#next(isAttempt || failure !== undefined);
    this.#send(remainder, attempt, dead ? (failure ?? "out_of_time") : undefined);
  }

  /** Sends what is still held. False when something could be handed over to no queue, so that only a repeat helps. */
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

  #next(isAttempt: boolean): { readonly attempt: number; readonly dead: boolean } {
    const { attempt } = this.notification;
    if (!isAttempt) return { attempt, dead: false };
    return { attempt: attempt + 1, dead: attempt >= MAX_ATTEMPTS };
  }

  #hold(connection: Connection, attempt: number, reason: string | undefined): void {
    const id = `${attempt} ${reason ?? ""}`;
    let bucket = this.#buckets.get(id);
    if (bucket === undefined) {
      bucket = { attempt, reason, connections: [] };
      this.#buckets.set(id, bucket);
    }
    bucket.connections.push(connection);
    if (bucket.connections.length >= BUCKET_CONNECTIONS) this.#flush(bucket);
  }

  #flush(bucket: Bucket): void {
    const { connections } = bucket;
    if (connections.length === 0) return;
    bucket.connections = [];
    this.#send({ kind: "connections", connections }, bucket.attempt, bucket.reason);
  }

  #send(remainder: Remainder, attempt: number, reason: string | undefined): void {
    let bodies: string[];
    try {
      // A dead letter begins anew when it is sent back to the notifications queue.
      bodies = continuationBodies(this.notification, remainder, reason === undefined ? attempt : 1, reason);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#tooLarge = true;
      return;
    }
    const queue = reason === undefined ? "notifications" : "dead-letters";
    const isRetry = attempt > this.notification.attempt;
    const messages = bodies.map((body) => ({
      body,
      reason,
      delaySeconds: reason === undefined && isRetry ? continuationDelaySeconds(attempt, this.ports.random) : undefined,
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
