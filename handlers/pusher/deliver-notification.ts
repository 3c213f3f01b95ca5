import type { Connection } from "./connection";
import { Delivery } from "./delivery";
import type { DeliveryPorts } from "./delivery-ports";
import { envelopeFits, Payloads } from "./envelope";
import { type Invocation, isToBeKept } from "./invocation";
import { Keeper } from "./keeper";
import { MalformedNotificationError, type Notification } from "./notification";
import { StaleRecipients } from "./notify-again";
import { offerAudience, readingOf } from "./offer-audience";
import type { ChannelPorts } from "./reading-ports";
import { endExpired, removeRow, removeSubscription } from "./remove-row";
import { UndeliveredPart } from "./undelivered-part";

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
  const { courier, ports, totals } = invocation;
  const { attempt, refusals = 0 } = notification;
  const channel = channelOf(notification, invocation);
  const keeper = keeperOf(messageId, notification, invocation);
  const undelivered = new UndeliveredPart(messageId, notification, keeper, invocation);
  const stale = new StaleRecipients();
  const logOutcome = (outcome: string, { connectionId }: Connection, reason: string) =>
    ports.log.debug(outcome, { messageId, connectionId, reason });
  const payloads = new Payloads(notification, isToBeKept(notification, invocation));
  const delivery: Delivery = new Delivery(
    payloads,
    courier,
    {
      clock: ports.clock,
      random: ports.random,
      onDelivered: (at) => invocation.deliveryTimes.add(notification.sentAt, at),
      ...removalOf(channel, messageId, invocation),
      onRefused: (connection, reason) => {
        logOutcome("delivery_refused", connection, reason);
        undelivered.refuse(connection, reason);
      },
      onPostponed: (recipient, reason) => {
        logOutcome("delivery_postponed", recipient, reason);
        undelivered.postpone(recipient, reason, delivery);
      },
      onStale: (recipient) => stale.add(recipient),
    },
    { attempts: attempt - 1, refusals },
  );
  const readSoFar = { pages: 0, connections: 0 };
  const reading = readingOf(readSoFar, { channel, keeper }, invocation);
  const unread = await offerAudience(notification, delivery, stale, reading, invocation);
  const { pages, connections } = readSoFar;
  const left = [...delivery.end(), ...stale.take().connections];
  // Reading pages is progress, too: it may be that none of their users is connected.
  const countsAsAttempt = !delivery.progressed && !courier.progressed && pages === 0;
  const isHandled = await undelivered.handOver(left, unread, { delivery, payloads, reading, pages, countsAsAttempt });
  const { delivered, gone, expired, retried } = delivery;
  const { continued, deadLettered } = undelivered;
  ports.log.debug("notification_pushed", { messageId, attempt, delivered, gone, continued, deadLettered });
  totals.delivered += delivered;
  totals.gone += gone;
  totals.expired += expired;
  totals.retried += retried;
  totals.continued += continued;
  totals.deadLettered += deadLettered;
  totals.kept += keeper?.counts.kept ?? 0;
  totals.rewritten += keeper?.counts.rewritten ?? 0;
  totals.unkept += keeper?.counts.unkept ?? 0;
  if (notification.audience.kind === "channel" && pages > 0) invocation.fanOuts.add(connections);
  return isHandled;
}

/** Removes the row of a connection that has ended: in a channel its subscription, and the connection's own row if it is gone. */
function removalOf(
  channel: ChannelPorts | undefined,
  messageId: string,
  invocation: Invocation,
): Pick<DeliveryPorts, "removeGone" | "removeExpired" | "end"> {
  return {
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
  };
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
