/** What the authorizer's answer carries beside the policy: names of ours, none of which API Gateway uses itself. */
export const AUTHORIZER_CONTEXT = {
  /** Why it refused. `$context.authorizer.refusal` in the access log. */
  refusal: "refusal",
  /** What the client understands: `2`. Absent: bare notifications. */
  protocol: "protocol",
  /** When the connection ends: epoch milliseconds, 13 digits. Absent: when API Gateway ends it. */
  expiresAt: "expires_at",
  /** The row's `delete_at` for that end: epoch seconds. Absent: `$connect` computes the usual one. */
  deleteAt: "delete_at",
} as const;

/** The member of the query in which a client says what it understands. */
export const PROTOCOL_PARAMETER = "protocol";
