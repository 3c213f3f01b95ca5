import { DISCONNECT_CHECK_SECONDS } from "../../src/contract/limits";
import { PROTOCOLS } from "../../src/contract/tables";
import type { Connection, ConnectionRow } from "./connection";
import type { Recipient } from "./courier";
import type { Delivery } from "./delivery";
import { readUsers } from "./read-connections";
import type { ReadingPorts, Unread } from "./reading-ports";

/** How long after its `connected_at` a connection's row may be written. */
const HANDSHAKE_MS = DISCONNECT_CHECK_SECONDS * 1_000;

/**
 * Notifies the users of connections again: writes the entries of the users, reads their connections, and offers those that
 * have not got the notification. These are the given connections, and connections whose rows an earlier read may have
 * missed. The user's other connections got it. Only clients of protocol 2 are notified again, because only they recover.
 *
 * @param readAt - When the rows of the connections were read. Epoch milliseconds.
 * @returns The connections whose users were not read.
 */
export async function notifyAgain(
  connections: readonly Connection[],
  readAt: number,
  delivery: Delivery,
  reading: ReadingPorts,
): Promise<readonly Unread[]> {
  if (connections.length === 0) return [];
  const byUser = new Map<string, Connection[]>();
  const ids = new Set<string>();
  for (const connection of connections) {
    ids.add(connection.connectionId);
    const others = byUser.get(connection.userId);
    if (others === undefined) byUser.set(connection.userId, [connection]);
    else others.push(connection);
  }
  const isMissing = (row: ConnectionRow) =>
    row.protocol === PROTOCOLS.envelopes && (ids.has(row.connectionId) || mayBeUnread(row, readAt));
  const unread = await readUsers({ users: [...byUser.keys()] }, delivery, reading, (rows) =>
    membersOf(rows.filter(isMissing), reading),
  );
  return unread.map(({ remainder, failure }) => {
    const users = remainder.kind === "users" ? remainder.users : [];
    const left = users.flatMap((user) => byUser.get(user) ?? []);
    return { remainder: { kind: "connections", connections: left, readAt }, failure };
  });
}

/** Whether a read at this time (epoch milliseconds) may have missed a connection, because its handshake had not ended. */
export function mayBeUnread({ connectedAt }: Connection, readAt: number): boolean {
  return connectedAt > readAt - HANDSHAKE_MS;
}

/** Of a user's connections, those that are in the notification's channel now. Without a channel, all of them. */
export async function membersOf(
  rows: readonly ConnectionRow[],
  { channel, semaphore, deadline }: ReadingPorts,
): Promise<readonly ConnectionRow[]> {
  if (channel === undefined) return rows;
  const { name, subscriptions } = channel;
  const isMember = await Promise.all(
    rows.map(({ connectionId }) => semaphore.run(() => subscriptions.isIn(name, connectionId, deadline))),
  );
  return rows.filter((_, index) => isMember[index]);
}

/** Connections that were not tried in time after their rows were read. Nothing has gone wrong with them. */
export class StaleRecipients {
  #recipients: Recipient[] = [];

  get count(): number {
    return this.#recipients.length;
  }

  add(recipient: Recipient): void {
    this.#recipients.push(recipient);
  }

  /** The connections so far, and the earliest time at which one of their rows was read. They are not kept here any more. */
  take(): { readonly connections: readonly Recipient[]; readonly readAt: number } {
    const connections = this.#recipients;
    this.#recipients = [];
    const readAt = connections.reduce((earliest, { reading }) => Math.min(earliest, reading?.at ?? 0), Infinity);
    return { connections, readAt };
  }
}
