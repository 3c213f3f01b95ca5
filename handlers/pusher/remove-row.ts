import { YOUNG_CONNECTION_MILLISECONDS } from "../../src/contract/limits";
import { failureCode } from "../shared/failure-code";
import type { Connection } from "./connection";
import type { Invocation } from "./invocation";
import type { ChannelPorts } from "./reading-ports";

/**
 * Removes the row of a connection that is gone, or whose time is over. Never throws: if a row is not removed now, a later
 * notification finds its connection gone, or the row expires.
 */
export function removeRow(
  connection: Connection,
  how: "removeGone" | "removeExpired",
  invocation: Invocation,
): Promise<void> {
  const { store } = invocation.ports;
  return remove(how, invocation, (now, deadline) =>
    how === "removeGone"
      ? store.removeGone(connection, now - YOUNG_CONNECTION_MILLISECONDS, deadline)
      : store.removeExpired(connection, Math.floor(now / 1_000), deadline),
  );
}

/** The same for the connection's row in a channel. */
export function removeSubscription(
  { name, subscriptions }: ChannelPorts,
  connection: Connection,
  how: "removeGone" | "removeExpired",
  invocation: Invocation,
): Promise<void> {
  return remove(how, invocation, (now, deadline) =>
    how === "removeGone"
      ? subscriptions.removeGone(name, connection, deadline)
      : subscriptions.removeExpired(name, connection, Math.floor(now / 1_000), deadline),
  );
}

/** @param call - Gets the time and the deadline, in epoch milliseconds. */
async function remove(
  how: "removeGone" | "removeExpired",
  { ports: { clock, log }, budget: { stopAt, requestsEndAt }, reads }: Invocation,
  call: (now: number, deadline: number) => Promise<void>,
): Promise<void> {
  try {
    await reads.run(
      async () => {
        const now = clock.now();
        if (now < (how === "removeGone" ? requestsEndAt : stopAt)) await call(now, requestsEndAt);
      },
      { urgent: false },
    );
  } catch (error) {
    log.warn("remove_failed", { failure: failureCode(error) });
  }
}

/**
 * Closes a connection whose client's token has ended, and removes its row, and its row in the notification's channel. If the
 * connection cannot be closed, its rows stay: the next notification tries again.
 *
 * @param messageId - For the log.
 */
export async function endExpired(
  connection: Connection,
  channel: ChannelPorts | undefined,
  messageId: string,
  invocation: Invocation,
): Promise<void> {
  const closing = await invocation.closer.close(connection);
  if (closing.kind === "out-of-time") return;
  if (closing.kind === "failed") {
    const { connectionId } = connection;
    invocation.ports.log.warn("close_failed", { messageId, connectionId, failure: String(closing.result) });
    return;
  }
  await Promise.all([
    removeRow(connection, "removeExpired", invocation),
    channel && removeSubscription(channel, connection, "removeExpired", invocation),
  ]);
}
