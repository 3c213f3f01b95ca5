import { YOUNG_CONNECTION_MILLISECONDS } from "../../src/contract/limits";
import { failureCode } from "../shared/failure-code";
import type { Connection } from "./connection";
import type { Invocation } from "./invocation";

/**
 * Removes the row of a connection that is gone, or whose time is over. Never throws: if a row is not removed now, a later
 * notification finds its connection gone, or the row expires.
 */
export async function removeRow(
  connection: Connection,
  how: "removeGone" | "removeExpired",
  { ports: { store, clock, log }, budget: { stopAt, requestsEndAt }, reads }: Invocation,
): Promise<void> {
  try {
    await reads.run(
      async () => {
        const now = clock.now();
        if (now >= (how === "removeGone" ? requestsEndAt : stopAt)) return;
        if (how === "removeGone") {
          await store.removeGone(connection, now - YOUNG_CONNECTION_MILLISECONDS, requestsEndAt);
        } else await store.removeExpired(connection, Math.floor(now / 1_000), requestsEndAt);
      },
      { urgent: false },
    );
  } catch (error) {
    log.warn("remove_failed", { failure: failureCode(error) });
  }
}

/**
 * Closes a connection whose client's token has ended, and removes its row. If the connection cannot be closed, its row
 * stays: the next notification tries again.
 *
 * @param messageId - For the log.
 */
export async function endExpired(connection: Connection, messageId: string, invocation: Invocation): Promise<void> {
  const closing = await invocation.closer.close(connection);
  if (closing.kind === "out-of-time") return;
  if (closing.kind === "failed") {
    const { connectionId } = connection;
    invocation.ports.log.warn("close_failed", { messageId, connectionId, failure: String(closing.result) });
    return;
  }
  await removeRow(connection, "removeExpired", invocation);
}
