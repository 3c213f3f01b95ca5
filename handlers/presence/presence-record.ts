/** A record that names a user whose connections may have changed, from either source. */
export type PresenceRecord = UserRecord | UnreadableRecord;

export interface UserRecord {
  /** The identifier for Lambda if the record must be tried again. */
  readonly itemIdentifier: string;
  readonly userId: string;
  /** Epoch milliseconds at which the user certainly still had a device. Absent if the record does not contain it. */
  readonly lastSeenAt?: number;
  /** The record is of a connection that opened. */
  readonly opened?: boolean;
  /** The id of the connection that is gone, if the record is of one. */
  readonly closed?: string;
}

/** A record that names no user. No retry can fix it, so it becomes a dead letter. */
export interface UnreadableRecord {
  readonly itemIdentifier: string;
  readonly error: RecordError;
}

/** No retry can help: the watchdog cannot read the record, or the user's row. */
export class UnreadableRecordError extends Error {
  /** A stable code, for logs and dead letters. */
  readonly code: string = "UNREADABLE";
}

/** A record is not from the table's stream or the grace queue. The error does not repeat its content. */
export class RecordError extends UnreadableRecordError {
  override readonly name = "RecordError";
  override readonly code = "MALFORMED_RECORD";
}
