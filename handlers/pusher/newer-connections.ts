import { PROTOCOLS } from "../../src/contract/tables";
import type { Payload } from "../aws/connections-api";
import type { ConnectionRow, PageKey } from "./connection";
import { KEPT_POST_MS } from "./courier";
import type { Undelivered } from "./handover";
import { isFresh } from "./history-store";
import type { Invocation } from "./invocation";
import { mayBeUnread, membersOf } from "./notify-again";
import { classify } from "./post-result";
import type { ReadingPorts } from "./reading-ports";

/** Connections of a user, and when they were read: epoch milliseconds. */
export interface Newer {
  readonly rows: readonly ConnectionRow[];
  readonly readAt: number;
}

/** A user's other connections whose clients recover, and which the read of these connections may have missed. */
export async function readNewer(connections: readonly Undelivered[], reading: ReadingPorts): Promise<Newer> {
  const { store, semaphore, deadline, clock } = reading;
  const userId = connections[0]?.userId ?? "";
  const ids = new Set(connections.map(({ connectionId }) => connectionId));
  const before = Math.min(...connections.map((connection) => connection.reading?.at ?? 0));
  const readAt = clock.now();
  const found: ConnectionRow[] = [];
  let after: PageKey | undefined;
  do {
    const from = after;
    const page = await semaphore.run(() => store.ofUser(userId, from, deadline));
    found.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  const newer = found.filter(
    (row) => row.protocol === PROTOCOLS.envelopes && !ids.has(row.connectionId) && mayBeUnread(row, before),
  );
  return { rows: await membersOf(newer, reading), readAt };
}

/**
 * Posts to a newer connection once. A client that has the notification already drops it.
 *
 * @returns false if the client may not have got it, and would not recover it either
 */
export function postToNewer(
  { connectionId, connectedAt }: ConnectionRow,
  readAt: number,
  payload: Payload,
  { endings, budget, ports: { endpoint, clock } }: Invocation,
): Promise<boolean> {
  return endings.run(async () => {
    const now = clock.now();
    if (!isFresh(readAt, now)) return false;
    const result = await endpoint.post(connectionId, payload, Math.min(budget.requestsEndAt, now + KEPT_POST_MS));
    const { kind } = classify(result, connectedAt, clock.now());
    return kind === "delivered" || kind === "gone";
  });
}
