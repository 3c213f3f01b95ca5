import { PROTOCOLS } from "../../src/contract/tables";
import { failureCode } from "../shared/failure-code";
import { channelStream, userStream } from "../shared/history-stream";
import type { Connection, ConnectionRow, PageKey } from "./connection";
import type { Handover, Undelivered } from "./handover";
import { WRITTEN_AT_ONCE } from "./history-store";
import type { Invocation } from "./invocation";
import { type Keeper, UnkeptError } from "./keeper";
import type { Notification } from "./notification";
import { mayBeUnread, membersOf } from "./notify-again";
import type { ReadingPorts } from "./reading-ports";
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
 * The last attempt may have been a minute ago. If the client has another connection by then, it has recovered already,
 * without the new entry. So connections that began after the read are closed, too.
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
  reading: ReadingPorts,
  invocation: Invocation,
): Promise<void> {
  const { courier, ports } = invocation;
  const leave = async ({ connection, reason }: Lost): Promise<void> => {
    if (courier.throttle.refuser === "account") return handover.deadLetter(connection, reason);
    try {
      const all = [connection, ...(await openedSince(connection, reading))];
      const closed = await Promise.all(all.map((each) => close(each, reason, messageId, invocation)));
      if (closed.includes(false)) handover.deadLetter(connection, reason);
    } catch (error) {
      ports.log.warn("read_failed", { messageId, failure: failureCode(error) });
      handover.deadLetter(connection, reason);
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
      group.map((each) =>
        written.get(streamOf(each)) instanceof UnkeptError
          ? handover.deadLetter(each.connection, each.reason)
          : leave(each),
      ),
    );
  }
}

/** Other connections of the user whose clients recover, and which the read of this connection may have missed. */
async function openedSince(
  { userId, connectionId, reading: read }: Undelivered,
  reading: ReadingPorts,
): Promise<readonly ConnectionRow[]> {
  const { store, semaphore, deadline } = reading;
  const found: ConnectionRow[] = [];
  let after: PageKey | undefined;
  do {
    const from = after;
    const page = await semaphore.run(() => store.ofUser(userId, from, deadline));
    found.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  const others = found.filter(
    (row) =>
      row.protocol === PROTOCOLS.envelopes && row.connectionId !== connectionId && mayBeUnread(row, read?.at ?? 0),
  );
  return membersOf(others, reading);
}

/** False if the connection is still open, as far as is known. Never throws. */
async function close(
  connection: Connection,
  reason: string,
  messageId: string,
  invocation: Invocation,
): Promise<boolean> {
  const { closer, ports, budget, totals } = invocation;
  const { connectionId } = connection;
  const closing = await closer.close(connection, budget.requestsEndAt);
  switch (closing.kind) {
    case "closed":
      totals.closed++;
      ports.log.warn("left_to_history", { messageId, connectionId, reason });
      return true;
    case "closed-before":
      return true;
    case "gone":
      totals.gone++;
      await removeRow(connection, "removeGone", invocation);
      return true;
    case "out-of-time":
      return false;
    case "failed":
      ports.log.warn("close_failed", { messageId, connectionId, failure: String(closing.result) });
      return false;
  }
}
