import { PUSHER_METRICS } from "../../src/contract/pusher-handler";
import { ConnectionCloser } from "./connection-closer";
import { Courier } from "./courier";
import { DeliveryTimes } from "./delivery-times";
import type { Notification } from "./notification";
import { PrioritySemaphore } from "./priority-semaphore";
import type { PusherPorts, PusherSettings } from "./pusher-ports";
import { Sample } from "./sample";
import type { TimeBudget } from "./time-budget";

/** How many connections are ended at once for a backend's request. */
const ENDINGS_AT_ONCE = 16;

/** How many broadcasts of one batch read the table at once: each has up to two pages in memory. */
const BROADCASTS_AT_ONCE = 2;

/** Everything that the messages of one invocation share. */
export class Invocation {
  readonly courier: Courier;
  readonly closer: ConnectionCloser;
  /** Limits the requests to the table. */
  readonly reads: PrioritySemaphore;
  readonly broadcasts = new PrioritySemaphore(BROADCASTS_AT_ONCE);
  readonly endings = new PrioritySemaphore(ENDINGS_AT_ONCE);
  readonly deliveryTimes = new DeliveryTimes();
  /** The numbers of connections to which notifications to channels, or parts of them, went. */
  readonly fanOuts = new Sample();
  readonly totals = {
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
    /** Entries of history that were written, how many of them were written again, and entries that were not written. */
    kept: 0,
    rewritten: 0,
    unkept: 0,
  };

  constructor(
    readonly ports: PusherPorts,
    readonly settings: PusherSettings,
    readonly budget: TimeBudget,
  ) {
    const { endpoint, clock, recentAnswers } = ports;
    this.courier = new Courier(endpoint, clock, budget, settings.deliveryConcurrency, recentAnswers);
    this.closer = new ConnectionCloser(endpoint, clock, budget);
    this.reads = new PrioritySemaphore(settings.readConcurrency);
  }

  /** Writes the line of the log with the metrics. The line has the id of a message that came alone. */
  summarize(messageIds: readonly string[], durationMs: number): void {
    const { delivered, gone, expired, closed, ended, retried, continued, deadLettered, malformed, failed, ...history } =
      this.totals;
    const ofHistory = this.ports.history === undefined ? {} : history;
    this.ports.log.summary(
      "pushed",
      PUSHER_METRICS,
      {
        Delivered: delivered,
        Gone: gone,
        Retried: retried,
        Continued: continued,
        Failed: deadLettered + malformed + failed,
        DeliveryTime: this.deliveryTimes.values,
        ...(this.ports.subscriptions && { ChannelConnections: this.fanOuts.values }),
      },
      {
        messages: messageIds.length,
        ...(messageIds.length === 1 && { messageId: messageIds[0] }),
        expired,
        closed,
        ended,
        deadLettered,
        malformed,
        failed,
        ...ofHistory,
        durationMs,
      },
    );
  }
}

/** Whether a notification is kept in history, if it is small enough for it. */
export function isToBeKept({ keep }: Pick<Notification, "keep">, { ports }: Invocation): boolean {
  return keep !== false && ports.history !== undefined;
}
