/** A record that names a user whose connections may have changed, whatever it came by. */
export type PresenceRecord = UserRecord | UnreadableRecord;

export interface UserRecord {
  /** What Lambda wants to hear if the record must be tried again. */
  readonly itemIdentifier: string;
  readonly userId: string;
  /** Epoch milliseconds at which the user surely still had a device; absent when the record does not tell. */
  readonly lastSeenAt?: number;
  /** The record is of a connection that opened. */
  readonly opened?: boolean;
}

/** A record that names no user. No repeat can help it: a dead letter. */
export interface UnreadableRecord {
  readonly itemIdentifier: string;
  readonly error: RecordError;
}

/** No repeat can help: the record, or the user's row, is not what the watchdog knows how to read. */
export class UnreadableRecordError extends Error {
  /** Stable: it goes into logs and dead letters. */
  readonly code: string = "UNREADABLE";
}

/** A record is not what the table's stream or the grace queue holds. Its content is not repeated. */
export class RecordError extends UnreadableRecordError {
  override readonly name = "RecordError";
  override readonly code = "MALFORMED_RECORD";
}
