import type { Invocation } from "./invocation";
import type { Audience, Notification } from "./notification";
import { continuationBodies } from "./write-continuation";

/**
 * How long the pusher tries to send the parts of an audience to the queue. After that, it delivers the remaining parts
 * itself: a queue that refuses for minutes must not delay the connections.
 */
const SPLIT_PATIENCE_MS = 5_000;

/** Sends the parts of an audience to the queue. Returns the parts that the queue did not accept. */
export async function sendParts<Part extends Audience>(
  notification: Notification,
  parts: readonly Part[],
  { ports: { outbox, clock, log }, budget }: Invocation,
): Promise<readonly Part[]> {
  const bodies = new Map<string, Part>();
  try {
    for (const part of parts) {
      for (const body of continuationBodies(notification, part, notification.attempt)) bodies.set(body, part);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return parts;
  }
  const messages = [...bodies.keys()].map((body) => ({ body, isContinuation: true }));
  const deadline = Math.min(budget.stopAt, clock.now() + SPLIT_PATIENCE_MS);
  const unsent = await outbox.send("notifications", messages, deadline);
  if (unsent.length > 0) log.warn("split_incomplete", { segments: unsent.length });
  return unsent.flatMap(({ body }) => bodies.get(body) ?? []);
}
