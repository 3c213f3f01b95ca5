/**
 * A row of the connections table: one open WebSocket. Hash key `user_id`, range key `connection_id`.
 * Applications may read it, and its stream (keys only).
 */
export const CONNECTION = {
  /** S. The token's `sub`. */
  userId: "user_id",
  /** S. API Gateway's connection id. */
  connectionId: "connection_id",
  /** N. Epoch milliseconds at which the handshake began. */
  connectedAt: "connected_at",
  /** N. Epoch seconds after which nothing is delivered, and DynamoDB may remove the row (its TTL attribute). */
  deleteAt: "delete_at",
  /** N. The protocol of the client: one of {@link PROTOCOLS}. Absent: bare notifications. */
  protocol: "protocol",
} as const;

/** The protocols of clients. A client names its protocol when it connects: `&protocol=2`. */
export const PROTOCOLS = {
  /** A notification is the JSON text of its `data`. This is the default for clients that name no protocol. */
  bare: 1,
  /** A notification is an envelope with its id, and SUMU sends the reason before it ends a connection. */
  envelopes: 2,
} as const;

/** A row of the revocations table: the user's older tokens are refused. Hash key `user_id`. */
export const REVOCATION = {
  /** S. */
  userId: "user_id",
  /** N. Epoch seconds: a token whose `iat` is earlier is refused. This time never decreases. */
  issuedBefore: "issued_before",
  /** N. Epoch seconds after which DynamoDB may remove the row (its TTL attribute). */
  deleteAt: "delete_at",
} as const;

/**
 * A row of the presence table: the user's last known state. Hash key `user_id`. Public: `status`, `version` and
 * `changed_at` show who is online. The other attributes are internal to the watchdog.
 */
export const PRESENCE = {
  /** S. */
  userId: "user_id",
  /** S. `ONLINE` or `OFFLINE`. */
  status: "status",
  /** N. Grows with each change (epoch milliseconds, mostly), so that a consumer can drop old and repeated events. */
  version: "version",
  /** N. Epoch milliseconds of the last change. */
  changedAt: "changed_at",
} as const;
