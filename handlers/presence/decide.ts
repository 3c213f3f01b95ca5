import { MAX_PRESENCE_GRACE_SECONDS } from "../../src/contract/limits";
import { nextVersion, type PresenceRow } from "./presence-row";

/** The known state of a user at one moment. Times are epoch milliseconds. */
export interface Observation {
  /** Absent: the user was never online. */
  readonly row: PresenceRow | undefined;
  /** Whether the user has a connection, read after `row`. */
  readonly connected: boolean;
  /** The last time at which the user certainly had a device, from the stream's records. Absent if a timer asks. */
  readonly lastSeenAt: number | undefined;
  /** Read after `connected`. */
  readonly now: number;
  readonly graceMs: number;
}

/** The next step: nothing, write this row in place of the observed row, or check again later. */
export type Decision =
  | { readonly action: "rest" }
  | { readonly action: "write"; readonly row: PresenceRow }
  | { readonly action: "check-later"; readonly delaySeconds: number };

const REST: Decision = { action: "rest" };

/**
 * Compares a user's row in the presence table with the user's connections, and returns the next step. A user who was
 * never online and has no connection has no state, so there is no event.
 */
export function decide({ row, connected, lastSeenAt, now, graceMs }: Observation): Decision {
  if (connected) {
    if (row?.status !== "ONLINE") return write(nextVersion(row, "ONLINE", now));
    return row.offlineSince === undefined ? REST : write({ ...row, offlineSince: undefined });
  }
  if (row?.status !== "ONLINE") return REST;
  if (graceMs === 0) return write(nextVersion(row, "OFFLINE", now));

  if (row.offlineSince === undefined) return write({ ...row, offlineSince: now });
  // A device connected and left unobserved: the wait begins when it left.
  if (lastSeenAt !== undefined && lastSeenAt > row.offlineSince) return write({ ...row, offlineSince: lastSeenAt });

  const remainingMs = row.offlineSince + graceMs - now;
  return remainingMs > 0
    ? { action: "check-later", delaySeconds: delaySecondsFor(remainingMs) }
    : write(nextVersion(row, "OFFLINE", now));
}

function write(row: PresenceRow): Decision {
  return { action: "write", row };
}

/** Whole seconds, as SQS counts, never too early. If a clock was ahead, the delay must not exceed SQS's limit. */
function delaySecondsFor(ms: number): number {
  return Math.min(MAX_PRESENCE_GRACE_SECONDS, Math.ceil(ms / 1_000));
}
