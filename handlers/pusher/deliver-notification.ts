import type { Connection } from "./connection";
import type { Recipient } from "./courier";
import { Delivery } from "./delivery";
import type { DeliveryPorts } from "./delivery-ports";
import { envelopeFits, Payloads } from "./envelope";
import { Handover, type Undelivered } from "./handover";
import { type Invocation, isToBeKept } from "./invocation";
import { isBusy, Keeper } from "./keeper";
import { type Lost, leaveToHistory } from "./leave-to-history";
import { MalformedNotificationError, type Notification } from "./notification";
import { notifyAgain, StaleRecipients } from "./notify-again";
import type { Reason } from "./post-result";
import { readAudience } from "./read-audience";
import type { ChannelPorts, ReadingPorts, Unread } from "./reading-ports";
import { endExpired, removeRow, removeSubscription } from "./remove-row";
import { giveUp, postponeRefused } from "./slow-consumers";

/** So many connections that were not tried in time are notified again before the next page is read. */
const STALE_AT_ONCE = 25;

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
  const channel = channelOf(notification, invocation);
  const keeper = keeperOf(messageId, notification, invocation);
  const lost: Lost[] = [];
  const leave = (connection: Undelivered, reason: string): boolean => {
    // A client could not recover what is too large for it.
    if (connection.reading === undefined || reason === "payload_too_large") return false;
    lost.push({ connection, reason });
    return true;
  };
  const handover = new Handover(notification, { outbox, random, log, deadline: invocation.budget.endAt, leave });
  const undelivered = (outcome: string, { connectionId }: Connection, reason: string) =>
    log.debug(outcome, { messageId, connectionId, reason });
  const { attempt, refusals = 0 } = notification;
  const slow: Recipient[] = [];
  const stale = new StaleRecipients();
  let pages = 0;
  let connections = 0;
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
    removeGone: async (connection) => {
      const rows = [removeRow(connection, "removeGone", invocation)];
      if (channel !== undefined) rows.push(removeSubscription(channel, connection, "removeGone", invocation));
      await Promise.all(rows);
    },
    removeExpired: (connection) =>
      channel === undefined
        ? removeRow(connection, "removeExpired", invocation)
        : removeSubscription(channel, connection, "removeExpired", invocation),
    end: (connection) => endExpired(connection, channel, messageId, invocation),
    onRefused: (connection, reason) => {
      undelivered("delivery_refused", connection, reason);
      handover.refuse(connection, reason);
    },
    onPostponed: (recipient, reason) => {
      undelivered("delivery_postponed", recipient, reason);
      postpone(recipient, reason);
    },
    onStale: (recipient) => stale.add(recipient),
  };
  const payloads = new Payloads(notification, isToBeKept(notification, invocation));
  const delivery = new Delivery(payloads, courier, ports, { attempts: attempt - 1, refusals });
  const unread: Unread[] = [];
  const again = async () => {
    const { connections, readAt } = stale.take();
    unread.push(...(await notifyAgain(connections, readAt, delivery, reading)));
  };
  const reading: ReadingPorts = {
    store: invocation.ports.store,
    semaphore: invocation.reads,
    deadline: invocation.budget.requestsEndAt,
    readers: invocation.settings.readConcurrency,
    onPage: (rows) => {
      pages++;
      connections += rows;
    },
    clock,
    channel,
    keeper,
  };
  const beforePage = async () => {
    if (stale.count >= STALE_AT_ONCE) await again();
  };

  unread.push(...(await readAudience(notification, delivery, { ...reading, beforePage }, invocation)));
  for (;;) {
    await delivery.settled();
    if (stale.count === 0 || delivery.stopped) break;
    await again();
  }
  const left = [...delivery.end(), ...stale.take().connections];
  // Reading pages is progress, too: it may be that none of their users is connected.
  const countsAsAttempt = !delivery.progressed && !courier.progressed && pages === 0;
  for (const recipient of left) {
    if (recipient.reason === undefined) handover.handOverUntried(recipient, countsAsAttempt);
    else postpone(recipient, recipient.reason);
  }
  await Promise.all(slow.map((recipient) => giveUp(recipient, messageId, notification, handover, invocation)));
  if (keeper !== undefined) {
    await leaveToHistory(lost, { keeper, payloads, handover, reading, invocation, messageId });
  }
  for (const { remainder, failure } of unread) {
    const isUnkept = failure !== undefined && keeper?.failures.has(failure) === true;
    if (failure !== undefined && !isUnkept) log.warn("read_failed", { messageId, failure });
    // As long as some entries are written, the others only have to wait.
    if (isUnkept && isBusy(failure) && pages > 0) handover.postponeUnread(remainder);
    else handover.handOverUnread(remainder, countsAsAttempt, failure);
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
  if (notification.audience.kind === "channel" && pages > 0) invocation.fanOuts.add(connections);
  totals.kept += keeper?.counts.kept ?? 0;
  totals.rewritten += keeper?.counts.rewritten ?? 0;
  totals.unkept += keeper?.counts.unkept ?? 0;
  return isHandled;
}

/**
 * Undefined: the notification is not to a channel.
 *
 * @throws MalformedNotificationError if there are no channels
 */
function channelOf({ channel: name }: Notification, { ports }: Invocation): ChannelPorts | undefined {
  if (name === undefined) return undefined;
  const { subscriptions } = ports;
  if (subscriptions === undefined) {
    throw new MalformedNotificationError("this SUMU has no channels: set the input `channels`", "channels_not_enabled");
  }
  return { name, subscriptions };
}

/** Undefined: the notification is not kept in history. */
function keeperOf(messageId: string, notification: Notification, invocation: Invocation): Keeper | undefined {
  const { clock, random, log, history } = invocation.ports;
  if (history === undefined || !isToBeKept(notification, invocation) || !envelopeFits(notification, true)) {
    return undefined;
  }
  const deadline = invocation.budget.requestsEndAt;
  return new Keeper(notification, { history, clock, random, log, semaphore: invocation.reads, deadline, messageId });
}
