import { MAX_ATTEMPTS } from "./attempts";
import type { Recipient } from "./courier";
import type { Handover } from "./handover";
import type { Invocation } from "./invocation";
import type { Notification } from "./notification";
import { removeRow } from "./remove-row";

/**
 * If one in this many connections that were refused together has later accepted its message, the clients were not the
 * cause.
 */
const EASING_EVERY = 64;

/**
 * A connection whose client recovers is closed after this many refusals, if other connections accept their messages. The
 * client gets everything when it is back, so closing costs less than more tries.
 */
const REFUSALS_BEFORE_RECOVERY = 2;

/**
 * Plans another attempt for a connection that was refused, unless the account is throttled.
 *
 * @param delivered - How many connections of the notification have accepted it in this invocation.
 * @returns false if the connection was refused in all attempts, or often enough if its client recovers.
 */
export function postponeRefused(
  recipient: Recipient,
  { audience, attempt, refusals: before = 0 }: Notification,
  delivered: number,
  handover: Handover,
  { courier, ports }: Invocation,
): boolean {
  const together = audience.kind === "connections" ? audience.connections.length : 0;
  // These connections were refused together. If some accept their messages now, the others may accept theirs the next
  // time.
  if (attempt > 1 && delivered * EASING_EVERY >= together && delivered > 0)
    return handover.postponeRefused(recipient, 0, before);
  const isTheirFault = before > 0 || courier.throttle.isTheirFault(ports.clock.now());
  const recovers = recipient.reading !== undefined;
  if (recovers && isTheirFault && before + recipient.refusals >= REFUSALS_BEFORE_RECOVERY) return false;
  return handover.postponeRefused(recipient, recipient.refusals, isTheirFault ? before + recipient.refusals : 0);
}

/**
 * A refused connection has no attempt left. It is closed if other connections accepted their messages each time.
 *
 * @param messageId - For the log.
 */
export async function giveUp(
  recipient: Recipient,
  messageId: string,
  { refusals: before = 0 }: Notification,
  handover: Handover,
  invocation: Invocation,
): Promise<void> {
  const { log } = invocation.ports;
  const { connectionId } = recipient;
  if (recipient.reading !== undefined) {
    const isSlow = before + recipient.refusals >= REFUSALS_BEFORE_RECOVERY;
    return handover.refuse(recipient, isSlow ? "slow_consumer" : "throttled");
  }
  if (before + recipient.refusals < MAX_ATTEMPTS) return handover.refuse(recipient, "throttled");
  const closing = await invocation.closer.close(recipient);
  switch (closing.kind) {
    case "closed":
      invocation.totals.closed++;
      log.warn("slow_consumer_closed", { messageId, connectionId });
      return handover.refuse(recipient, "slow_consumer");
    case "closed-before":
      return;
    case "gone":
      invocation.totals.gone++;
      return removeRow(recipient, "removeGone", invocation);
    case "out-of-time":
      handover.postponeRefused(recipient, 0, before);
      return;
    case "failed":
      log.warn("close_failed", { messageId, connectionId, failure: String(closing.result) });
      return handover.refuse(recipient, "throttled");
  }
}
