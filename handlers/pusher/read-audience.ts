import { PROTOCOLS } from "../../src/contract/tables";
import { broadcast } from "./broadcast";
import type { Connection } from "./connection";
import type { Delivery } from "./delivery";
import type { Invocation } from "./invocation";
import type { Notification } from "./notification";
import { notifyAgain } from "./notify-again";
import { readChannel } from "./read-channel";
import { readUsers } from "./read-connections";
import { readEveryone } from "./read-everyone";
import type { ReadingPorts, Unread } from "./reading-ports";

/**
 * Offers the connections of a notification's audience to its delivery. If the notification is kept in history, a retry
 * of connections is a new notification to their users.
 *
 * @returns The parts of the audience that were not read.
 */
export async function readAudience(
  notification: Notification,
  delivery: Delivery,
  reading: ReadingPorts,
  invocation: Invocation,
): Promise<readonly Unread[]> {
  const { audience, excludedUsers } = notification;
  if (audience.kind === "connections") {
    const isRetried = ({ protocol }: Connection) => reading.keeper !== undefined && protocol === PROTOCOLS.envelopes;
    delivery.offer(
      audience.connections.filter((connection) => !isRetried(connection)),
      excludedUsers,
    );
    return notifyAgain(audience.connections.filter(isRetried), audience.readAt ?? 0, delivery, reading);
  }
  if (audience.kind === "users") return readUsers(audience, delivery, reading);
  if (audience.kind === "channel") return readChannel(notification, audience, delivery, reading, invocation);
  return invocation.broadcasts.run(() =>
    audience.segment === undefined && audience.after === undefined
      ? broadcast(notification, delivery, reading, invocation)
      : readEveryone(audience, excludedUsers, delivery, reading),
  );
}
