/**
 * Why a connection was refused: every value that `context.refusal` of a Deny and `reason` of its log line can have.
 * The codes are stable: alarms and access logs (`$context.authorizer.refusal`) may match on them.
 */
export const DENY_REASONS = [
  /** The request is not for `$connect` of an API and stage listed in `AUTHORIZED_APIS`. */
  "api_not_authorized",
  /** A page asks to connect whose origin `ALLOWED_ORIGINS` does not list. */
  "origin_not_allowed",
  /**
   * No token in the place that `JWT_TOKEN_SOURCE` names: the query parameter `authorization` or the header
   * `Authorization`.
   */
  "token_missing",
  /** Longer than {@link MAX_TOKEN_LENGTH} characters. */
  "token_too_large",
  /** Not a JWT in compact form: three base64url parts, of which the first two are JSON objects. */
  "token_malformed",
  /** Requires a JWS extension (`crit`). None is supported, and RFC 7515 forbids ignoring it. */
  "critical_header_unsupported",
  /** Not one of {@link ALGORITHMS}: `none` and the shared-secret HS family are refused by name. */
  "algorithm_not_allowed",
  /** The issuer publishes no key of this id, or, for a token without one, none for its algorithm. */
  "key_unknown",
  /** More than {@link MAX_CANDIDATES} keys are possible: too many to try. */
  "key_ambiguous",
  /** The named key is of another type, curve, `alg` or strength (RSA below 2,048 bits) than the algorithm needs. */
  "key_unsuitable",
  /** No key of the issuer made this signature over this token. */
  "signature_invalid",
  /** `exp` or `nbf` is present and not a number. */
  "claim_malformed",
  /** No `exp`, while expiration is verified. */
  "expiration_missing",
  /** `exp` has passed. */
  "token_expired",
  /** `nbf` is in the future. */
  "token_not_yet_valid",
  /** `iss` is not `JWT_AUTHORIZED_ISSUER`. */
  "issuer_mismatch",
  /** Neither `aud` (in its absence `client_id`) nor `azp` is one of `JWT_AUTHORIZED_AUDIENCES`. */
  "audience_mismatch",
  /** `JWT_USER_ID_CLAIM` is not a string of 1 to 2,048 bytes without control characters, and no whole number. */
  "subject_invalid",
  /** The user's tokens are revoked. This token was issued before the revocation, or has no `iat`. */
  "token_revoked",
  /** The patterns of channels in the token's claims are too long for API Gateway: {@link MAX_GRANTS_BYTES}. */
  "grants_too_large",
] as const;

/** One of {@link DENY_REASONS}. */
export type DenyReason = (typeof DENY_REASONS)[number];

/** Ends the verification of a token. It has only the reason: neither the token nor a claim of it. */
export class TokenRefusedError extends Error {
  readonly reason: DenyReason;

  constructor(reason: DenyReason) {
    super(reason);
    this.name = "TokenRefusedError";
    this.reason = reason;
  }
}
