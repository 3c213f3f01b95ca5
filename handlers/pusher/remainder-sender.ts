import type { Log } from "../shared/log";
import { continuationDelaySeconds, MAX_ATTEMPTS } from "./attempts";
import type { Audience, Notification } from "./notification";
import type { Outbox, OutboxMessage } from "./outbox";
import { continuationBodies } from "./write-continuation";

export interface RemainderSenderPorts {
  readonly outbox: Outbox;
  readonly random: () => number;
  readonly log: Log;
  /** Epoch milliseconds by which all sending ends. */
  readonly deadline: number;
}

/** What happens to a part of a notification that was not delivered. */
export interface Destination {
  readonly attempt: number;
  /** Whether the attempt waits in the queue. */
  readonly isDelayed: boolean;
  /** The reason of a dead letter. */
  readonly reason: string | undefined;
  /** How often the connections were refused because their clients do not read. */
  readonly refusals?: number;
}

/** Sends the parts of a notification that were not delivered to the queues. */
export class RemainderSender {
  continued = 0;
  deadLettered = 0;
  readonly #sending: Promise<void>[] = [];
  readonly #unsent = { notifications: [] as OutboxMessage[], "dead-letters": [] as OutboxMessage[] };
  #tooLarge = false;

  constructor(
    private readonly notification: Notification,
    private readonly ports: RemainderSenderPorts,
  ) {}

  /** Sends a part of the notification to the queue, or to the dead-letter queue if its destination has a reason. */
  send(remainder: Audience, { attempt, isDelayed, reason, refusals = 0 }: Destination): void {
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

  /** Sends the remaining messages. False if a message could not be sent to any queue: then only a repeat helps. */
  async finish(): Promise<boolean> {
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
}
