import type { Recipient } from "./courier";
import type { Delivery } from "./delivery";
import type { Payloads } from "./envelope";
import { Handover, type Undelivered } from "./handover";
import type { Invocation } from "./invocation";
import { isBusy, type Keeper } from "./keeper";
import { type Lost, leaveToHistory } from "./leave-to-history";
import type { Notification } from "./notification";
import type { Reason } from "./post-result";
import type { ReadingPorts, Unread } from "./reading-ports";
import { giveUp, postponeRefused } from "./slow-consumers";

/** What an invocation has done for a notification. */
export interface Attempt {
  readonly delivery: Delivery;
  readonly payloads: Payloads;
  readonly reading: ReadingPorts;
  /** The pages of connections that were read. */
  readonly pages: number;
  /** Whether this invocation counts as an attempt, because it got nowhere. */
  readonly countsAsAttempt: boolean;
}

/** The part of a notification that an invocation does not deliver. It collects the part, and hands it over at the end. */
export class UndeliveredPart {
  readonly #handover: Handover;
  readonly #lost: Lost[] = [];
  readonly #slow: Recipient[] = [];

  /** @param messageId - For the log. */
  constructor(
    private readonly messageId: string,
    private readonly notification: Notification,
    private readonly keeper: Keeper | undefined,
    private readonly invocation: Invocation,
  ) {
    const { outbox, random, log } = invocation.ports;
    const leave = (connection: Undelivered, reason: string) => this.#leave(connection, reason);
    this.#handover = new Handover(notification, { outbox, random, log, deadline: invocation.budget.endAt, leave });
  }

  get continued(): number {
    return this.#handover.continued;
  }

  get deadLettered(): number {
    return this.#handover.deadLettered;
  }

  /** A connection that can never receive this message. */
  refuse(connection: Undelivered, reason: Reason): void {
    this.#handover.refuse(connection, reason);
  }

  /** A connection that a later invocation tries again. */
  postpone(recipient: Recipient, reason: Reason, { progressed, delivered }: Delivery): void {
    if (reason !== "throttled" || this.invocation.courier.throttle.refuser === "account") {
      this.#handover.postpone(recipient, reason, progressed);
    } else if (!postponeRefused(recipient, this.notification, delivered, this.#handover, this.invocation)) {
      this.#slow.push(recipient);
    }
  }

  /**
   * Hands everything over.
   *
   * @param left - The connections that had no final answer when the delivery ended.
   * @param unread - The parts of the audience that were not read.
   * @returns false if a part could not be sent to any queue
   */
  async handOver(
    left: readonly Recipient[],
    unread: readonly Unread[],
    { delivery, payloads, reading, pages, countsAsAttempt }: Attempt,
  ): Promise<boolean> {
    const handover = this.#handover;
    const { messageId, notification, keeper, invocation } = this;
    for (const recipient of left) {
      if (recipient.reason === undefined) handover.handOverUntried(recipient, countsAsAttempt);
      else this.postpone(recipient, recipient.reason, delivery);
    }
    await Promise.all(this.#slow.map((recipient) => giveUp(recipient, messageId, notification, handover, invocation)));
    if (keeper !== undefined) {
      await leaveToHistory(this.#lost, { keeper, payloads, handover, reading, invocation, messageId });
    }
    for (const { remainder, failure } of unread) {
      const isUnkept = failure !== undefined && keeper?.failures.has(failure) === true;
      if (failure !== undefined && !isUnkept) invocation.ports.log.warn("read_failed", { messageId, failure });
      // As long as some entries are written, the others only have to wait.
      if (isUnkept && isBusy(failure) && pages > 0) handover.postponeUnread(remainder);
      else handover.handOverUnread(remainder, countsAsAttempt, failure);
    }
    return handover.finish();
  }

  /** Whether history takes care of a connection that would become a dead letter. */
  #leave(connection: Undelivered, reason: string): boolean {
    // A client could not recover what is too large for it.
    if (connection.reading === undefined || reason === "payload_too_large") return false;
    this.#lost.push({ connection, reason });
    return true;
  }
}
