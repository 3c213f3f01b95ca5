import { MAX_PRESENCE_GRACE_SECONDS } from "../../src/contract/limits";
import { nextVersion, type PresenceRow } from "./presence-row";

/** What is known of a user at one moment. Times are epoch milliseconds. */
export interface Observation {
  /** Absent: the user was never seen. */
  readonly row: PresenceRow | undefined;
  /** Whether the user has a connection, read after `row`. */
  readonly connected: boolean;
  /** When the user surely still had a device, as the stream's records tell; absent when a timer asks. */
  readonly lastSeenAt: number | undefined;
  /** Read after `connected`. */
  readonly now: number;
  readonly graceMs: number;
}

/** What to do about it: nothing, write this row in place of the one observed, or look again later. */
export type Decision =
  | { readonly action: "rest" }
  | { readonly action: "write"; readonly row: PresenceRow }
  | { readonly action: "check-later"; readonly delaySeconds: number };

const REST: Decision = { action: "rest" };

/**
 * Compares what the presence table says of a user with what the connections table says, and answers with the next step.
 * A user never seen and without a connection has no state, so nothing is said of them.
 */
export function decide({ row, connected, lastSeenAt, now, graceMs }: Observation): Decision {
  if (connected) {
    if (row?.status !== "ONLINE") return write(nextVersion(row, "ONLINE", now));
    return row.offlineSince === undefined ? REST : write({ ...row, offlineSince: undefined });
  }
  if (row?.status !== "ONLINE") return REST;
  if (graceMs === 0) return write(nextVersion(row, "OFFLINE", now));

  if (row.offlineSince === undefined) return write({ ...row, offlineSince: now });
  // A device came and went without being observed: the wait counts from its leaving.
  if (lastSeenAt !== undefined && lastSeenAt > row.offlineSince) return write({ ...row, offlineSince: lastSeenAt });

  const remainingMs = row.offlineSince + graceMs - now;
  return remainingMs > 0
    ? { action: "check-later", delaySeconds: delaySecondsFor(remainingMs) }
    : write(nextVersion(row, "OFFLINE", now));
}

function write(row: PresenceRow): Decision {
  return { action: "write", row };
}

/** Whole seconds, as SQS counts, never early; a clock that ran ahead must not ask for more than SQS gives. */
function delaySecondsFor(ms: number): number {
  return Math.min(MAX_PRESENCE_GRACE_SECONDS, Math.ceil(ms / 1_000));
}
