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
