import type { Connection } from "./connection";
import type { Recipient } from "./courier";
import { Delivery, type DeliveryPorts } from "./delivery";
import { Payloads } from "./envelope";
import { Handover } from "./handover";
import type { Invocation } from "./invocation";
import type { Notification } from "./notification";
import type { Reason } from "./post-result";
import { readAudience } from "./read-audience";
import { endExpired, removeRow } from "./remove-row";
import { giveUp, postponeRefused } from "./slow-consumers";

/**
 * Delivers a notification to its connections until time is short, and hands over the remaining work.
 *
 * @param messageId - For the log.
 * @returns false if a part of the remaining work could not be sent to any queue.
 */
export async function deliverNotification(
  messageId: string,
  notification: Notification,
  invocation: Invocation,
): Promise<boolean> {
  const { courier, deliveryTimes, totals } = invocation;
  const { outbox, random, log, clock } = invocation.ports;
  const handover = new Handover(notification, { outbox, random, log, deadline: invocation.budget.endAt });
  const undelivered = (outcome: string, { connectionId }: Connection, reason: string) =>
    log.debug(outcome, { messageId, connectionId, reason });
  const { attempt, refusals = 0 } = notification;
  const slow: Recipient[] = [];
  let pages = 0;
  const postpone = (recipient: Recipient, reason: Reason) => {
    if (reason !== "throttled" || courier.throttle.refuser === "account") {
      handover.postpone(recipient, reason, delivery.progressed);
    } else if (!postponeRefused(recipient, notification, delivery.delivered, handover, invocation)) {
      slow.push(recipient);
    }
  };
  const ports: DeliveryPorts = {
    clock,
    random,
    onDelivered: (at) => deliveryTimes.add(notification.sentAt, at),
    removeGone: (connection) => removeRow(connection, "removeGone", invocation),
    removeExpired: (connection) => removeRow(connection, "removeExpired", invocation),
    end: (connection) => endExpired(connection, messageId, invocation),
    onRefused: (connection, reason) => {
      undelivered("delivery_refused", connection, reason);
      handover.refuse(connection, reason);
    },
    onPostponed: (recipient, reason) => {
      undelivered("delivery_postponed", recipient, reason);
      postpone(recipient, reason);
    },
  };
  const delivery = new Delivery(new Payloads(notification), courier, ports, { attempts: attempt - 1, refusals });

  const unread = await readAudience(notification, delivery, () => pages++, invocation);
  const left = await delivery.finish();
  // Reading pages is progress, too: it may be that none of their users is connected.
  const countsAsAttempt = !delivery.progressed && !courier.progressed && pages === 0;
  for (const recipient of left) {
    if (recipient.reason === undefined) handover.handOverUntried(recipient, countsAsAttempt);
    else postpone(recipient, recipient.reason);
  }
  await Promise.all(slow.map((recipient) => giveUp(recipient, messageId, notification, handover, invocation)));
  for (const { remainder, failure } of unread) {
    if (failure !== undefined) log.warn("read_failed", { messageId, failure });
    handover.handOverUnread(remainder, countsAsAttempt, failure);
  }
  const isHandled = await handover.finish();
  const { delivered, gone, expired, retried } = delivery;
  const { continued, deadLettered } = handover;
  log.debug("notification_pushed", { messageId, attempt, delivered, gone, continued, deadLettered });
  totals.delivered += delivered;
  totals.gone += gone;
  totals.expired += expired;
  totals.retried += retried;
  totals.continued += continued;
  totals.deadLettered += deadLettered;
  return isHandled;
}
