import type { PresenceStatus } from "../../src/contract/messages";

/**
 * A user's row in the presence table. The first three attributes are public, the others are internal to the watchdog.
 */
export interface PresenceRow {
  readonly status: PresenceStatus;
  /** Grows with every change, even if the row was lost meanwhile: see {@link nextVersion}. */
  readonly version: number;
  /** Epoch milliseconds of the last change. Grows with every version, even if the clocks of two functions differ. */
  readonly changedAt: number;
  /**
   * The last version whose event is known to be in the topic or queue. If it is less than `version`, an event may be
   * lost.
   */
  readonly announced: number;
  /**
   * Epoch milliseconds since when an ONLINE user has had no connection, while OFFLINE waits. Absent if no OFFLINE
   * waits.
   */
  readonly offlineSince?: number;
}

/**
 * The row after a change of state. Version and timestamp are the time of the change. If the previous writer's clock was
 * ahead, they are one more than before. So both put a user's events in the same order.
 *
 * The version comes from the clock, and is not a count, because rows get lost: somebody deletes a row, the table is
 * replaced, or it is restored from an older state. A count would begin again below the version that consumers remember,
 * and they would drop each later event as a repeat. The clocks of two functions differ by milliseconds, and a loss
 * takes longer.
 */
export function nextVersion(row: PresenceRow | undefined, status: PresenceStatus, now: number): PresenceRow {
  return row === undefined
    ? { status, version: now, changedAt: now, announced: 0 }
    : {
        status,
        version: Math.max(now, row.version + 1),
        changedAt: Math.max(now, row.changedAt + 1),
        announced: row.announced,
      };
}
