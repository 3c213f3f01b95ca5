import { WEBSOCKET_PAYLOAD_BYTES } from "../../src/contract/limits";
import { failureCode } from "../shared/failure-code";
import { deliverNotification } from "./deliver-notification";
import { disconnect } from "./disconnect";
import { envelopeFits } from "./envelope";
import { Invocation, isToBeKept } from "./invocation";
import { MalformedNotificationError, type Notification } from "./notification";
import type { MessageFacts } from "./parse-notification";
import { parseRequest } from "./parse-request";
import type { PusherPorts, PusherSettings } from "./pusher-ports";
import { type RevokePorts, revoke } from "./revoke";
import type { TimeBudget } from "./time-budget";

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
  const startedAt = ports.clock.now();
  const invocation = new Invocation(ports, settings, budget);
  const outcomes = await Promise.all(messages.map((message) => pushMessage(message, invocation)));
  invocation.courier.close();
  invocation.summarize(
    messages.map(({ id }) => id),
    ports.clock.now() - startedAt,
  );
  return outcomes;
}

async function pushMessage(message: IncomingMessage, invocation: Invocation): Promise<MessageOutcome> {
  const { log } = invocation.ports;
  const messageId = message.id;
  try {
    if (await handle(message, invocation)) return "done";
    log.error("failed", { messageId });
  } catch (error) {
    // Our own fault must not stop the other messages of the batch.
    log.error("failed", { messageId, failure: failureCode(error) });
  }
  invocation.totals.failed++;
  return "failed";
}

/** False if a part of the remaining work could not be sent to any queue. */
async function handle(message: IncomingMessage, invocation: Invocation): Promise<boolean> {
  try {
    const request = parseRequest(message.body, message);
    if ("disconnect" in request) return await disconnect(request.disconnect, endingPorts(invocation));
    if ("revoke" in request) return await revoke(request.revoke, endingPorts(invocation));
    const notifications = "channels" in request ? request.channels : [request.notification];
    if (!notifications.some((notification) => isTooLarge(notification, invocation))) {
      const results = await Promise.all(
        notifications.map((notification) => deliverNotification(message.id, notification, invocation)),
      );
      return results.every(Boolean);
    }
  } catch (error) {
    if (!(error instanceof MalformedNotificationError)) throw error;
    return refuseMalformed(message, error, invocation);
  }
  // A message that is too large for every connection is refused once, not by each connection.
  const isRefused = await refuse(message, invocation, "payload_too_large");
  if (isRefused) invocation.totals.deadLettered++;
  return isRefused;
}

function endingPorts({ ports, budget, reads, endings, totals }: Invocation): RevokePorts {
  return {
    ...ports,
    budget,
    reads,
    endings,
    onEnded: (ending) => totals[ending]++,
    onHandedOver: (users, isDeadLetter) => {
      totals[isDeadLetter ? "deadLettered" : "continued"] += users;
    },
  };
}

async function refuseMalformed(
  message: IncomingMessage,
  error: MalformedNotificationError,
  invocation: Invocation,
): Promise<boolean> {
  invocation.ports.log.error(error.code, { messageId: message.id, detail: error.message });
  const isRefused = await refuse(message, invocation, error.code, error.message);
  if (isRefused) invocation.totals.malformed++;
  return isRefused;
}

/** Makes a dead letter of the unchanged message. False if the dead-letter queue did not accept it. */
async function refuse(
  { body, isContinuation = false, postedBy }: IncomingMessage,
  { ports, budget }: Invocation,
  reason: string,
  detail?: string,
): Promise<boolean> {
  const letter = { body, isContinuation, postedBy, reason, detail };
  return (await ports.outbox.send("dead-letters", [letter], budget.endAt)).length === 0;
}

function isTooLarge(notification: Notification, invocation: Invocation): boolean {
  if (notification.mustFitEnvelope) return !envelopeFits(notification, isToBeKept(notification, invocation));
  return Buffer.byteLength(notification.data) > WEBSOCKET_PAYLOAD_BYTES;
}
