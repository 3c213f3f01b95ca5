import { DISCONNECT_CHECK_SECONDS } from "../../src/contract/limits";
import { payload } from "../aws/connections-api";
import { failureCode } from "../shared/failure-code";
import { continuationDelaySeconds, MAX_ATTEMPTS } from "./attempts";
import type { ConnectionStore, PageKey } from "./connection";
import { type EndConnectionPorts, type Ending, endConnection } from "./end-connection";
import { disconnectBodies, revokeBodies } from "./ending-continuation";
import { disconnectFrame } from "./envelope";
import { MalformedNotificationError } from "./notification";
import type { Outbox, OutboxMessage } from "./outbox";
import type { PrioritySemaphore } from "./priority-semaphore";
import type { Disconnect, Revoke } from "./request";
import type { RevocationStore } from "./revocations-table";

/** The reason that a client gets if its tokens are revoked. */
const REVOKED = "revoked";
/** The maximum difference between the clocks of API Gateway and Lambda, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 100;

export interface DisconnectPorts extends EndConnectionPorts {
  readonly store: Pick<ConnectionStore, "ofUser" | "removeGone">;
  readonly outbox: Outbox;
  /** Undefined: `revocations` is off. */
  readonly revocations?: RevocationStore | undefined;
  /** Limits the reads and writes of the tables. */
  readonly reads: PrioritySemaphore;
  /** Limits the connections that are ended at once. */
  readonly endings: PrioritySemaphore;
  /** Called for each connection that was closed, or was closed already. */
  readonly onEnded: (ending: "ended" | "gone") => void;
  /** Called for users who are passed to a later invocation, and for users who are given up on. */
  readonly onHandedOver: (users: number, isDeadLetter: boolean) => void;
}

/** Why a user is not finished: there was no time, or a stable code. */
type Unfinished = "out_of_time" | { readonly failure: string };

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

/**
 * Writes the revocations, then ends the connections of the users.
 *
 * @throws {@link MalformedNotificationError} There is no table of revocations.
 */
export async function revoke(request: Revoke, ports: DisconnectPorts): Promise<boolean> {
  const { revocations, reads, clock, budget } = ports;
  if (revocations === undefined) {
    throw new MalformedNotificationError(
      "the module's input `revocations` is false: set it to true, and send the request again",
      "revocations_not_enabled",
    );
  }
  const { attempt, issuedBefore } = request;
  const left = await eachUser(request.users, async (user) => {
    try {
      return await reads.run(async () => {
        const now = clock.now();
        if (now >= budget.stopAt) return "out_of_time";
        await revocations.revoke(user, issuedBefore, Math.floor(now / 1_000), budget.requestsEndAt);
        return undefined;
      });
    } catch (error) {
      return { failure: failureCode(error) };
    }
  });
  const done = request.users.filter((user) => !left.has(user));
  const bodies: Bodies = (some, next, why) => revokeBodies({ issuedBefore }, some, next, why);
  const isHandedOver = await send(handOver(left, attempt, bodies, ports, done.length), ports);
  return (await disconnect({ users: done, reason: REVOKED, attempt: 1 }, ports)) && isHandedOver;
}

/** The remaining work, and its users. */
async function eachUser(
  users: readonly string[],
  task: (user: string) => Promise<Unfinished | undefined>,
): Promise<ReadonlyMap<string, Unfinished>> {
  const left = new Map<string, Unfinished>();
  let next = 0;
  const worker = async () => {
    for (let user = users[next++]; user !== undefined; user = users[next++]) {
      const unfinished = await task(user);
      if (unfinished !== undefined) left.set(user, unfinished);
    }
  };
  await Promise.all(Array.from({ length: Math.min(USERS_AT_ONCE, users.length) }, worker));
  return left;
}

/** How many users are read or written at the same time, within the limits of the ports. */
const USERS_AT_ONCE = 64;

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

type Bodies = (users: readonly string[], attempt: number, reason?: string) => string[];

/** Messages for the remaining users. `finished`: how many users are finished. */
function handOver(
  left: ReadonlyMap<string, Unfinished>,
  attempt: number,
  bodies: Bodies,
  { random, onHandedOver }: DisconnectPorts,
  finished: number,
): Outgoing[] {
  const groups = new Map<string | undefined, string[]>();
  for (const [user, unfinished] of left) {
    const isLate = unfinished === "out_of_time";
    // An invocation without progress must not be repeated for ever.
    const failure = isLate ? (finished > 0 ? undefined : "out_of_time") : unfinished.failure;
    const group = groups.get(failure);
    if (group === undefined) groups.set(failure, [user]);
    else group.push(user);
  }
  return [...groups].flatMap(([failure, users]) => {
    const isLast = failure !== undefined && attempt >= MAX_ATTEMPTS;
    onHandedOver(users.length, isLast);
    if (failure === undefined) return outgoing(bodies(users, attempt));
    if (isLast) return outgoing(bodies(users, 1, failure), undefined, failure);
    return outgoing(bodies(users, attempt + 1), continuationDelaySeconds(attempt + 1, random));
  });
}

interface Outgoing {
  readonly queue: "notifications" | "dead-letters";
  readonly message: OutboxMessage;
}

function outgoing(bodies: readonly string[], delaySeconds?: number, reason?: string): Outgoing[] {
  const queue = reason === undefined ? "notifications" : "dead-letters";
  return bodies.map((body) => ({ queue, message: { body, isContinuation: true, delaySeconds, reason } }));
}

async function send(all: readonly Outgoing[], { outbox, budget }: DisconnectPorts): Promise<boolean> {
  let unsent = 0;
  for (const queue of ["notifications", "dead-letters"] as const) {
    const messages = all.filter((each) => each.queue === queue).map(({ message }) => message);
    if (messages.length > 0) unsent += (await outbox.send(queue, messages, budget.endAt)).length;
  }
  return unsent === 0;
}
