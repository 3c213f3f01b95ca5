import { DISCONNECT_CHECK_SECONDS } from "../../src/contract/limits";
import { payload } from "../aws/connections-api";
import { failureCode } from "../shared/failure-code";
import type { ConnectionStore, PageKey } from "./connection";
import { eachUser, type Unfinished } from "./each-user";
import { type EndConnectionPorts, type Ending, endConnection } from "./end-connection";
import { disconnectBodies } from "./ending-continuation";
import { disconnectFrame } from "./envelope";
import { type Bodies, type HandOverPorts, handOver, outgoing, send } from "./hand-over-users";
import type { PrioritySemaphore } from "./priority-semaphore";
import type { Disconnect } from "./request";

/** The maximum difference between the clocks of API Gateway and Lambda, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 100;

export interface DisconnectPorts extends EndConnectionPorts, HandOverPorts {
  readonly store: Pick<ConnectionStore, "ofUser" | "removeGone">;
  /** Limits the reads and writes of the tables. */
  readonly reads: PrioritySemaphore;
  /** Limits the connections that are ended at once. */
  readonly endings: PrioritySemaphore;
  /** Called for each connection that was closed, or was closed already. */
  readonly onEnded: (ending: "ended" | "gone") => void;
}

/**
 * Ends the connections of users that began before now, or before the time that an earlier invocation has set. The users
 * are checked again {@link DISCONNECT_CHECK_SECONDS} after that time. Until then, a connection may still be in its
 * handshake, and its row may be written later.
 *
 * @returns false if a part of the remaining work could not be sent to any queue.
 */
export async function disconnect(request: Disconnect, ports: DisconnectPorts): Promise<boolean> {
  const { users, attempt, reason, until = ports.clock.now() + CLOCK_DIFFERENCE_MS } = request;
  const farewell = payload(disconnectFrame(reason));
  const left = await eachUser(users, (user) => endUser(user, until, farewell, ports));
  const bodies: Bodies = (some, next, why) => disconnectBodies({ reason, until }, some, next, why);
  const done = users.filter((user) => !left.has(user));
  const checkInMs = until + DISCONNECT_CHECK_SECONDS * 1_000 - ports.clock.now();
  const check = checkInMs > 0 ? outgoing(bodies(done, 1), Math.ceil(checkInMs / 1_000)) : [];
  return send([...check, ...handOver(left, attempt, bodies, ports, done.length)], ports);
}

async function endUser(
  user: string,
  until: number,
  farewell: ReturnType<typeof payload>,
  ports: DisconnectPorts,
): Promise<Unfinished | undefined> {
  const { store, reads, endings, clock, budget } = ports;
  const results: Ending[] = [];
  try {
    let after: PageKey | undefined;
    do {
      if (clock.now() >= budget.stopAt) return "out_of_time";
      const page = await reads.run(() => store.ofUser(user, after, budget.requestsEndAt));
      const rows = page.rows.filter(({ connectedAt }) => connectedAt <= until);
      results.push(...(await Promise.all(rows.map((row) => endings.run(() => endConnection(row, farewell, ports))))));
      after = page.next;
    } while (after !== undefined);
  } catch (error) {
    return clock.now() >= budget.stopAt ? "out_of_time" : { failure: failureCode(error) };
  }
  for (const result of results) if (result === "ended" || result === "gone") ports.onEnded(result);
  const failed = results.find((result) => typeof result === "object");
  if (typeof failed === "object") return failed;
  if (results.includes("out_of_time")) return "out_of_time";
  // The check comes after the handshake is over.
  return undefined;
}
