import type { PresenceStatus } from "../../src/contract/messages";

/** A user's row in the presence table. The first three are public, the rest is the watchdog's own. */
export interface PresenceRow {
  readonly status: PresenceStatus;
  /** Grows with every change, also when the row was lost meanwhile: see {@link nextVersion}. */
  readonly version: number;
  /** Epoch milliseconds of the last change. Grows with every version, whatever the clocks of two functions say. */
  readonly changedAt: number;
  /** The last version known to have reached the topic or queue. Less than `version`: its event may be lost. */
  readonly announced: number;
  /** Epoch milliseconds since when an ONLINE user has had no connection and OFFLINE waits; absent when nothing waits. */
  readonly offlineSince?: number;
}

/**
 * The row after a change of state. Version and timestamp are the time of the change, or one more than before where the
 * clock of the function that wrote the predecessor ran ahead: so both order a user's events alike.
 *
 * The version comes from the clock, and is not a count, because rows get lost: somebody deletes a row, the table is
 * replaced, or it is restored from an older state. A count would begin anew below what consumers remember, and they would
 * take each later event for a repeat. The clocks of two functions differ by milliseconds, and a loss takes longer.
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
