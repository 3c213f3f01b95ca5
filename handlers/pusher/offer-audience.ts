import type { Delivery } from "./delivery";
import type { Invocation } from "./invocation";
import type { Keeper } from "./keeper";
import type { Notification } from "./notification";
import { notifyAgain, type StaleRecipients } from "./notify-again";
import { readAudience } from "./read-audience";
import type { ChannelPorts, ReadingPorts, Unread } from "./reading-ports";

/** So many connections that were not tried in time are notified again before the next page is read. */
const STALE_AT_ONCE = 25;

/** What was read of a notification's audience. */
export interface ReadAudience {
  readonly unread: readonly Unread[];
  readonly pages: number;
  readonly connections: number;
}

/** Reads the connections of a notification's audience, offers them to the delivery, and waits until all have an answer. */
export async function offerAudience(
  notification: Notification,
  delivery: Delivery,
  stale: StaleRecipients,
  { channel, keeper }: { readonly channel: ChannelPorts | undefined; readonly keeper: Keeper | undefined },
  invocation: Invocation,
): Promise<ReadAudience> {
  let pages = 0;
  let connections = 0;
  const unread: Unread[] = [];
  const reading: ReadingPorts = {
    store: invocation.ports.store,
    semaphore: invocation.reads,
    deadline: invocation.budget.requestsEndAt,
    readers: invocation.settings.readConcurrency,
    onPage: (rows) => {
      pages++;
      connections += rows;
    },
    clock: invocation.ports.clock,
    channel,
    keeper,
  };
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
    if (stale.count === 0 || delivery.stopped) return { unread, pages, connections };
    await again();
  }
}
