/** A record that names a user whose connections may have changed, whatever it came by. */
export type PresenceRecord = UserRecord | UnreadableRecord;

export interface UserRecord {
  /** What Lambda wants to hear if the record must be tried again. */
  readonly itemIdentifier: string;
  readonly userId: string;
  /** Epoch milliseconds at which the user surely still had a device; absent when the record does not tell. */
  readonly lastSeenAt?: number;
}

/** A record that names no user: tried again like any failure, and at last in the dead-letter queue. */
export interface UnreadableRecord {
  readonly itemIdentifier: string;
  readonly error: RecordError;
}

/** A record is not what the table's stream or the grace queue holds. Its content is not repeated. */
export class RecordError extends Error {
  override readonly name = "RecordError";
  readonly code = "MALFORMED_RECORD";
}
