import { type Clock, sleep } from "../shared/clock";
import { decide } from "./decide";
import type { PresenceRow } from "./presence-row";

/** The connections table. */
export interface ConnectionReader {
  /** Whether the user has a connection that had not expired at `now` (epoch ms). Strongly consistent. */
  isConnected(userId: string, now: number): Promise<boolean>;
}

/** The presence table. Every read is strongly consistent. */
export interface PresenceStore {
  read(userId: string): Promise<PresenceRow | undefined>;
  /**
   * Writes `next` if the row still has the version and the waiting OFFLINE of `expected` (absent: if there is no row).
   * Does not change `announced`. False: somebody else wrote, and this call changed nothing.
   */
  replace(userId: string, expected: PresenceRow | undefined, next: PresenceRow): Promise<boolean>;
  /**
   * Records that the version's event was sent, and returns the row after that. Undefined: the row is at a later
   * version.
   */
  markAnnounced(userId: string, version: number): Promise<PresenceRow | undefined>;
}

/** The messages topic or queue. Resolves when AWS has accepted the event. */
export interface PresencePublisher {
  publish(userId: string, row: PresenceRow): Promise<void>;
}

/** The grace queue. */
export interface GraceTimer {
  checkLater(userId: string, delaySeconds: number): Promise<void>;
}

export interface SettlePorts {
  readonly connections: ConnectionReader;
  readonly store: PresenceStore;
  readonly publisher: PresencePublisher;
  readonly timer: GraceTimer;
  readonly clock: Clock;
}

export interface SettleRequest {
  readonly userId: string;
  /** Epoch milliseconds at which the user certainly still had a device. Absent if a timer asks. */
  readonly lastSeenAt?: number;
  readonly graceMs: number;
  /** Epoch milliseconds after which no further step begins. */
  readonly deadline: number;
}

/** Time ran out before the user's state was stable: the record must be tried again. */
export class OutOfTimeError extends Error {
  override readonly name = "OutOfTimeError";
  readonly code = "OUT_OF_TIME";
  constructor() {
    super("no time left to settle a user's presence");
  }
}

/**
 * How long a call waits for another writer to announce its own version. A publish takes about 10 ms, or 300 ms on a
 * cold start. After this time, the call assumes that the writer is dead, and announces the version itself.
 */
export const ANNOUNCE_PATIENCE_MS = 1_000;

const FIRST_POLL_MS = 20;

/**
 * Makes a user's state match the user's connections, and sends every event of it, in order.
 *
 * Any number of calls may run for one user at once, in any order, and die between any two steps, as long as a call that
 * did not resolve is made again. That holds because:
 *
 * 1. A version is written only over the one before (condition on `version`), and only once that one is announced: the
 *    versions grow, and each reaches the topic or queue before the next exists.
 * 2. The row is read before the connections, and written only if it is still that row. So the state was true at some
 *    moment since the previous version, and ONLINE and OFFLINE alternate.
 * 3. Who has written looks again before resting. Let a change of connections be the last for a user, and `E` the call
 *    for its record. Whatever `E` finds settled can only be unsettled by a call that read the connections earlier and
 *    writes later; that one looks again, sees the final connections and corrects itself. If it dies first, it is called
 *    again for its own record.
 * 4. Published before marked: a death in between repeats an event (same version, same bytes), never loses one.
 * 5. A waiting OFFLINE has a check under way, or a record still to be repeated: each call that leaves a user waiting
 *    sends one, after writing `offlineSince` and not before, and no matter who wrote it.
 *
 * It takes for granted that DynamoDB has finished or dropped a request by the time its record is tried again.
 *
 * @throws {OutOfTimeError} at the deadline; and whatever a port throws.
 */
export async function settleUser(request: SettleRequest, ports: SettlePorts): Promise<void> {
  const { userId, lastSeenAt, graceMs } = request;
  const { connections, store, timer, clock } = ports;

  let row = await readAnnounced(request, ports);
  for (;;) {
    assertTimeLeft(request, clock);
    const connected = await connections.isConnected(userId, clock.now());
    const decision = decide({ row, connected, lastSeenAt, now: clock.now(), graceMs });

    if (decision.action === "rest") return;
    if (decision.action === "check-later") return timer.checkLater(userId, decision.delaySeconds);

    if (!(await store.replace(userId, row, decision.row))) {
      row = await readAnnounced(request, ports);
    } else if (decision.row.version !== row?.version) {
      row = await announce(userId, decision.row, ports);
      if (row === undefined) row = await readAnnounced(request, ports);
    } else {
      row = decision.row;
    }
  }
}

/**
 * The user's row once its event is out: seen to be, waited for, or else sent here. Waiting spares a subscriber the
 * repeats when two devices come or go at once; the writer is a few milliseconds ahead.
 */
async function readAnnounced(request: SettleRequest, ports: SettlePorts): Promise<PresenceRow | undefined> {
  const { store, clock } = ports;
  assertTimeLeft(request, clock);
  let row = await store.read(request.userId);
  let awaited: { version: number; until: number; poll: number } | undefined;

  while (row !== undefined && row.announced < row.version) {
    assertTimeLeft(request, clock);
    if (awaited?.version !== row.version) {
      const patienceFrom = Math.min(clock.now(), row.changedAt);
      awaited = {
        version: row.version,
        until: patienceFrom + ANNOUNCE_PATIENCE_MS,
        poll: FIRST_POLL_MS,
      };
    }
    const patience = awaited.until - clock.now();
    if (patience > 0) {
      await sleep(clock, Math.min(patience, awaited.poll));
      awaited.poll *= 2;
    } else {
      const marked = await announce(request.userId, row, ports);
      if (marked !== undefined) return marked;
    }
    row = await store.read(request.userId);
  }
  return row;
}

async function announce(userId: string, row: PresenceRow, ports: SettlePorts): Promise<PresenceRow | undefined> {
  await ports.publisher.publish(userId, row);
  return ports.store.markAnnounced(userId, row.version);
}

function assertTimeLeft(request: SettleRequest, clock: Clock): void {
  if (clock.now() >= request.deadline) throw new OutOfTimeError();
}
