/** The values that the authorizer's answer has beside the policy. The names are ours; API Gateway uses none of them. */
export const AUTHORIZER_CONTEXT = {
  /** The reason of a refusal. `$context.authorizer.refusal` in the access log. */
  refusal: "refusal",
  /** The protocol of the client: `2`. Absent: bare notifications. */
  protocol: "protocol",
  /** When the connection ends: epoch milliseconds, 13 digits. Absent: API Gateway's own limit ends it. */
  expiresAt: "expires_at",
  /** The row's `delete_at` for that end: epoch seconds. Absent: `$connect` computes the default. */
  deleteAt: "delete_at",
  /** Which channels the user may subscribe and post to: see GRANTS_SEPARATORS. Absent: public channels only. */
  grants: "grants",
} as const;

/** The query parameter in which a client names its protocol. */
export const PROTOCOL_PARAMETER = "protocol";
