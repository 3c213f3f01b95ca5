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
  /** N. What the client understands: one of {@link PROTOCOLS}. Absent: bare notifications. */
  protocol: "protocol",
} as const;

/** What clients may understand. They say it when they connect: `&protocol=2`. */
export const PROTOCOLS = {
  /** A notification is the JSON text of its `data`. Clients that say nothing get it so. */
  bare: 1,
  /** A notification is an envelope with its id, and SUMU says why it ends a connection. */
  envelopes: 2,
} as const;

/** A row of the revocations table: tokens of a user that admit nobody any more. Hash key `user_id`. */
export const REVOCATION = {
  /** S. */
  userId: "user_id",
  /** N. Epoch seconds: a token whose `iat` is before it is refused. It never goes back. */
  issuedBefore: "issued_before",
  /** N. Epoch seconds after which DynamoDB may remove the row (its TTL attribute). */
  deleteAt: "delete_at",
} as const;

/**
 * A row of the presence table: a user's state as last decided. Hash key `user_id`. Public: `status`, `version` and
 * `changed_at` answer "who is online"; what else a row holds is the watchdog's own.
 */
export const PRESENCE = {
  /** S. */
  userId: "user_id",
  /** S. `ONLINE` or `OFFLINE`. */
  status: "status",
  /** N. Grows with each change (epoch milliseconds, mostly), so that a consumer can drop what is old or a repeat. */
  version: "version",
  /** N. Epoch milliseconds of the last change. */
  changedAt: "changed_at",
} as const;
