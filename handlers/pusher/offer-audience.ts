import type { Delivery } from "./delivery";
import type { Invocation } from "./invocation";
import type { Notification } from "./notification";
import { notifyAgain, type StaleRecipients } from "./notify-again";
import { readAudience } from "./read-audience";
import type { ReadingPorts, Unread } from "./reading-ports";

/** So many connections that were not tried in time are notified again before the next page is read. */
const STALE_AT_ONCE = 25;

/** How much was read of a notification's audience. */
export interface ReadSoFar {
  pages: number;
  connections: number;
}

/** Reads for one notification. `readSoFar` counts the pages and connections. */
export function readingOf(
  readSoFar: ReadSoFar,
  { channel, keeper }: Pick<ReadingPorts, "channel" | "keeper">,
  { ports, reads, budget, settings }: Invocation,
): ReadingPorts {
  return {
    store: ports.store,
    semaphore: reads,
    deadline: budget.requestsEndAt,
    readers: settings.readConcurrency,
    onPage: (rows) => {
      readSoFar.pages++;
      readSoFar.connections += rows;
    },
    clock: ports.clock,
    channel,
    keeper,
  };
}

/**
 * Reads the connections of a notification's audience, offers them to the delivery, and waits until all have an answer.
 *
 * @returns The parts of the audience that were not read.
 */
export async function offerAudience(
  notification: Notification,
  delivery: Delivery,
  stale: StaleRecipients,
  reading: ReadingPorts,
  invocation: Invocation,
): Promise<readonly Unread[]> {
  const unread: Unread[] = [];
  const again = async () => {
    const { connections, readAt } = stale.take();
    unread.push(...(await notifyAgain(connections, readAt, delivery, reading)));
  };
  const beforePage = async () => {
    if (stale.count >= STALE_AT_ONCE) await again();
  };
  unread.push(...(await readAudience(notification, delivery, { ...reading, beforePage }, invocation)));
  for (;;) {
    await delivery.settled();
    if (stale.count === 0 || delivery.stopped) return unread;
    await again();
  }
}
