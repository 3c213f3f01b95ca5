import { failureCode } from "../shared/failure-code";
import { channelStream, userStream } from "../shared/history-stream";
import type { Connection } from "./connection";
import type { Payloads } from "./envelope";
import type { Handover, Undelivered } from "./handover";
import { type Entry, WRITTEN_AT_ONCE } from "./history-store";
import type { Invocation } from "./invocation";
import { type Keeper, UnkeptError } from "./keeper";
import { type Newer, postToNewer, readNewer } from "./newer-connections";
import type { ReadingPorts } from "./reading-ports";
import { removeRow } from "./remove-row";

/** A connection that did not get its notification in its last attempt, and why: a stable code. */
export interface Lost {
  readonly connection: Undelivered;
  readonly reason: string;
}

export interface LeavePorts {
  readonly keeper: Keeper;
  readonly payloads: Payloads;
  readonly handover: Handover;
  readonly reading: ReadingPorts;
  readonly invocation: Invocation;
  /** For the log. */
  readonly messageId: string;
}

/**
 * Leaves a notification to history after the last attempt: writes the entries of the users, and then closes the
 * connections, so that their clients connect again and recover. The entry alone would not be enough: if the client got
 * later notifications on the same connection, it would recover from a later cursor.
 *
 * The last attempt may have been a minute ago. If the client has a newer connection by then, it has recovered already,
 * without the new entry. So the user's newer connections get the notification.
 *
 * A connection gets a dead letter if its entry is not written, or if it cannot be closed in time. While the account throttles,
 * nothing is closed: the clients could not all connect again.
 */
export async function leaveToHistory(lost: readonly Lost[], ports: LeavePorts): Promise<void> {
  const { keeper, handover, reading } = ports;
  const streamOf = ({ userId }: Connection) =>
    reading.channel === undefined ? userStream(userId) : channelStream(reading.channel.name);
  const sorted = byUser(lost).flat();
  // In groups, because a connection must be closed soon after its entry is written.
  for (let from = 0; from < sorted.length; from += WRITTEN_AT_ONCE) {
    const users = byUser(sorted.slice(from, from + WRITTEN_AT_ONCE));
    const streams = users.map(([first]) => streamOf(first.connection));
    const written = await keeper.write([...new Set(streams)]);
    await Promise.all(
      users.map(async (each, index) => {
        const entry = written.get(streams[index] ?? "");
        const isKept = entry !== undefined && !(entry instanceof UnkeptError);
        const notLeft = isKept ? await leave(each, entry, ports) : each;
        for (const { connection, reason } of notLeft) handover.deadLetter(connection, reason);
      }),
    );
  }
}

type OfUser = readonly [Lost, ...Lost[]];

function byUser(lost: readonly Lost[]): readonly OfUser[] {
  const users = new Map<string, [Lost, ...Lost[]]>();
  for (const each of lost) {
    const others = users.get(each.connection.userId);
    if (others === undefined) users.set(each.connection.userId, [each]);
    else others.push(each);
  }
  return [...users.values()];
}

/**
 * Closes connections of one user, whose entry is written.
 *
 * @returns those that cannot be left to history now. Never throws.
 */
async function leave(lost: OfUser, entry: Entry, ports: LeavePorts): Promise<readonly Lost[]> {
  const { invocation, reading, payloads, messageId } = ports;
  if (invocation.courier.throttle.refuser === "account") return lost;
  const closeOne = (connection: Connection, reason: string) => close(connection, reason, messageId, invocation);
  const connections = lost.map(({ connection }) => connection);
  let newer: Newer;
  try {
    newer = await readNewer(connections, reading);
  } catch (error) {
    invocation.ports.log.warn("read_failed", { messageId, failure: failureCode(error) });
    return lost;
  }
  const [closed, reached] = await Promise.all([
    Promise.all(lost.map(({ connection, reason }) => closeOne(connection, reason))),
    Promise.all(
      newer.rows.map(
        async (row) =>
          (await postToNewer(row, newer.readAt, payloads.of(row.protocol, entry), invocation)) ||
          (await closeOne(row, lost[0].reason)),
      ),
    ),
  ]);
  return reached.every(Boolean) ? lost.filter((_, index) => !closed[index]) : lost;
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
