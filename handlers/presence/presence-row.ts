import type { PresenceStatus } from "../../src/contract/messages";

/** A user's row in the presence table. The first three are public, the rest is the watchdog's own. */
export interface PresenceRow {
  readonly status: PresenceStatus;
  /** How often the user's state has changed: 1 is the first ONLINE, odd is ONLINE, even OFFLINE. */
  readonly version: number;
  /** Epoch milliseconds of the last change. Grows with every version, whatever the clocks of two functions say. */
  readonly changedAt: number;
  /** The last version known to have reached the topic or queue. Less than `version`: its event may be lost. */
  readonly announced: number;
  /** Epoch milliseconds since when an ONLINE user has had no connection and OFFLINE waits; absent when nothing waits. */
  readonly offlineSince?: number;
}

/**
 * The row after a change of state. Its timestamp is later than its predecessor's even when the clock of the function
 * that wrote that one ran ahead, so that ordering a user's events by timestamp or by version is the same.
 */
export function nextVersion(row: PresenceRow | undefined, status: PresenceStatus, now: number): PresenceRow {
  return row === undefined
    ? { status, version: 1, changedAt: now, announced: 0 }
    : {
        status,
        version: row.version + 1,
        changedAt: Math.max(now, row.changedAt + 1),
        announced: row.announced,
      };
}
