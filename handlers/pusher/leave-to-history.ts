import { channelStream, userStream } from "../shared/history-stream";
import type { Handover, Undelivered } from "./handover";
import { WRITTEN_AT_ONCE } from "./history-store";
import type { Invocation } from "./invocation";
import { type Keeper, UnkeptError } from "./keeper";
import type { Notification } from "./notification";
import { removeRow } from "./remove-row";

/** A connection that did not get its notification in its last attempt, and why: a stable code. */
export interface Lost {
  readonly connection: Undelivered;
  readonly reason: string;
}

/**
 * Leaves a notification to history after the last attempt: writes the entries of the users, and then closes the
 * connections, so that their clients connect again and recover. The entry alone would not be enough: if the client got
 * later notifications on the same connection, it would recover from a later cursor.
 *
 * A connection gets a dead letter if its entry is not written, or if it cannot be closed in time. While the account throttles,
 * nothing is closed: the clients could not all connect again.
 */
export async function leaveToHistory(
  lost: readonly Lost[],
  keeper: Keeper,
  messageId: string,
  { channel }: Pick<Notification, "channel">,
  handover: Handover,
  invocation: Invocation,
): Promise<void> {
  const { courier, closer, ports, budget, totals } = invocation;
  const { log } = ports;
  const close = async ({ connection, reason }: Lost): Promise<void> => {
    const { connectionId } = connection;
    if (courier.throttle.refuser === "account") return handover.deadLetter(connection, reason);
    const closing = await closer.close(connection, budget.requestsEndAt);
    switch (closing.kind) {
      case "closed":
        totals.closed++;
        log.warn("left_to_history", { messageId, connectionId, reason });
        return;
      case "closed-before":
        return;
      case "gone":
        totals.gone++;
        return removeRow(connection, "removeGone", invocation);
      case "out-of-time":
        return handover.deadLetter(connection, reason);
      case "failed":
        log.warn("close_failed", { messageId, connectionId, failure: String(closing.result) });
        return handover.deadLetter(connection, reason);
    }
  };
  const streamOf = ({ connection }: Lost) =>
    channel === undefined ? userStream(connection.userId) : channelStream(channel);
  // In groups, because a connection must be closed soon after its entry is written.
  for (let from = 0; from < lost.length; from += WRITTEN_AT_ONCE) {
    const group = lost.slice(from, from + WRITTEN_AT_ONCE);
    const streams = new Set(group.map(streamOf));
    const written = await keeper.write([...streams]);
    await Promise.all(
      group.map((each) => {
        if (written.get(streamOf(each)) instanceof UnkeptError) {
          return handover.deadLetter(each.connection, each.reason);
        }
        return close(each);
      }),
    );
  }
}
