import { YOUNG_CONNECTION_MILLISECONDS } from "../../src/contract/limits";
import type { PostResult } from "../aws/connections-api";
import { type Clock, sleep } from "../shared/clock";
import { OutOfTimeError } from "./settle-user";

/** A row of the connections table that has not expired. */
export interface UserConnection {
  readonly connectionId: string;
  /** Epoch milliseconds. 0 if the row has no time. */
  readonly connectedAt: number;
}

export interface LimitPorts {
  readonly table: {
    /** The user's connections that had not expired at `now` (epoch ms). Strongly consistent. */
    list(userId: string, now: number): Promise<readonly UserConnection[]>;
    /** Removes the row of a connection that is gone. */
    remove(userId: string, connectionId: string): Promise<void>;
  };
  readonly api: {
    /** Closes a connection: the HTTP status of the answer, or why there was none. */
    close(connectionId: string, deadline: number): Promise<PostResult>;
  };
  readonly clock: Clock;
  /** Called for each closed connection. */
  readonly onClosed: () => void;
}

export interface LimitRequest {
  readonly userId: string;
  /** How many connections the user may keep. */
  readonly limit: number;
  /** Epoch milliseconds after which no further step begins. */
  readonly deadline: number;
}

/** Some connections could not be closed. It has only the last answer. */
export class LimitNotKeptError extends Error {
  override readonly name = "LimitNotKeptError";
  /** `status_403`, `timeout` and similar codes. */
  readonly code: string;

  constructor(answer: PostResult) {
    super("a user's connections could not be closed");
    this.code = typeof answer === "number" ? `status_${answer}` : answer;
  }
}

const ATTEMPTS = 6;
const FIRST_WAIT_MS = 100;

/**
 * Closes a user's oldest connections above the limit, one after another. The newest connections stay, because a device
 * that connects again matters more than a device that may be gone. If a connection is already gone, its row is removed,
 * and it does not count as closed.
 *
 * Calls for one user may run at the same time: they choose the same connections, and closing a connection twice does no
 * harm. If a connection opens meanwhile, its own record causes another call.
 *
 * @throws OutOfTimeError at the deadline; LimitNotKeptError after trying all of them; and the errors of the ports.
 */
export async function limitConnections(
  { userId, limit, deadline }: LimitRequest,
  ports: LimitPorts,
): Promise<{ readonly closed: number; readonly gone: number }> {
  const { table, clock, onClosed } = ports;
  const connections = [...(await table.list(userId, clock.now()))].sort(olderFirst);
  const outcome = { closed: 0, gone: 0 };
  let failure: PostResult | undefined;
  for (const connection of connections.slice(0, Math.max(0, connections.length - limit))) {
    const answer = await close(connection, deadline, ports);
    if (isClosed(answer)) {
      outcome.closed++;
      onClosed();
    } else if (isGone(answer, connection, clock.now())) {
      outcome.gone++;
      await table.remove(userId, connection.connectionId);
    } else {
      failure = answer;
    }
  }
  if (failure !== undefined) throw new LimitNotKeptError(failure);
  return outcome;
}

/** Retries temporary failures for some seconds: a throttle, a fault, a handshake that has not ended yet. */
async function close(connection: UserConnection, deadline: number, { api, clock }: LimitPorts): Promise<PostResult> {
  for (let attempt = 1, wait = FIRST_WAIT_MS; ; attempt++, wait *= 2) {
    if (clock.now() >= deadline) throw new OutOfTimeError();
    const answer = await api.close(connection.connectionId, deadline);
    if (isClosed(answer) || isGone(answer, connection, clock.now()) || attempt === ATTEMPTS) return answer;
    await sleep(clock, wait);
  }
}

function isClosed(answer: PostResult): boolean {
  return typeof answer === "number" && answer >= 200 && answer < 300;
}

/** API Gateway answers 400 for an id that it never created, and also 410 during the handshake of a connection. */
function isGone(answer: PostResult, { connectedAt }: UserConnection, now: number): boolean {
  return (
    answer === 400 ||
    answer === "unaddressable" ||
    (answer === 410 && now - connectedAt >= YOUNG_CONNECTION_MILLISECONDS)
  );
}

function olderFirst(one: UserConnection, other: UserConnection): number {
  return one.connectedAt - other.connectedAt || (one.connectionId < other.connectionId ? -1 : 1);
}
