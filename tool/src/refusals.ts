import type { DenyReason } from "../../handlers/authorizer/deny-reason";

/** What a reason means, and what to do. */
interface Explanation {
  readonly meaning: string;
  readonly advice: string;
}

/** Why the authorizer refuses a client. docs/operations.md has this table. */
export const REFUSALS: Readonly<Record<DenyReason, Explanation>> = {
  api_not_authorized: {
    meaning: "the request is for another API or stage than the authorizer's",
    advice: "check who calls the authorizer's function",
  },
  origin_not_allowed: {
    meaning: "a page of a site that `allowed_origins` does not list wants to connect",
    advice: "if it is your site, add its origin. Else another site uses your address: nothing to do",
  },
  token_missing: {
    meaning: "there is no token where `token_source` says",
    advice: "the client sends the token",
  },
  token_too_large: {
    meaning: "the token has more than 8,192 characters",
    advice: "put fewer claims into the token",
  },
  token_malformed: {
    meaning: "the text is not a JWT",
    advice: "the client sends the whole token, without `Bearer` in the query",
  },
  critical_header_unsupported: {
    meaning: "the token asks for an extension (`crit`)",
    advice: "configure the issuer without it",
  },
  algorithm_not_allowed: {
    meaning: "the algorithm is `none`, HS256 or another that is not allowed",
    advice: "let the issuer sign with RS256 or ES256",
  },
  key_unknown: {
    meaning: "the issuer publishes no such key",
    advice: "check `issuer_jwks_uri`: is it the URL of this issuer, environment and tenant?",
  },
  key_ambiguous: {
    meaning: "the token has no `kid`, and more than 16 keys match",
    advice: "let the issuer set `kid`",
  },
  key_unsuitable: {
    meaning: "the key has another type, curve or algorithm than the token, or is an RSA key below 2,048 bits",
    advice: "fix the issuer's key",
  },
  signature_invalid: {
    meaning: "the key did not sign this token",
    advice: "the token was changed, or another issuer uses the same key id",
  },
  claim_malformed: {
    meaning: "`exp` or `nbf` is not a number",
    advice: "fix the issuer",
  },
  expiration_missing: {
    meaning: "there is no `exp`",
    advice: "let the issuer set `exp`",
  },
  token_expired: {
    meaning: "`exp` is in the past",
    advice: "the client gets a new token before it connects",
  },
  token_not_yet_valid: {
    meaning: "`nbf` is in the future",
    advice: "the issuer's clock is wrong: set `token_clock_tolerance_seconds`",
  },
  issuer_mismatch: {
    meaning: "`iss` is not `authorized_issuer`",
    advice: "compare them letter for letter, also a slash at the end",
  },
  audience_mismatch: {
    meaning: "neither `aud` (or `client_id` without it) nor `azp` is in `authorized_audiences`",
    advice: "add your application's audience",
  },
  subject_invalid: {
    meaning: "the claim `user_id_claim` is missing, empty, longer than 2,048 bytes, or has control characters",
    advice: "choose a claim that names the user",
  },
  token_revoked: {
    meaning: "the user's tokens are revoked, and this token was issued before, or has no `iat`",
    advice: "the user signs in again. If a user has no newer token with `iat`, let the issuer set `iat`",
  },
  grants_too_large: {
    meaning: "the patterns in the claims of `channels` are longer than 4 KB",
    advice: "use fewer, wider patterns: `room:*`",
  },
};

/** Why the authorizer cannot decide. Nobody is admitted meanwhile. */
const FAILURES: Readonly<Record<string, Explanation>> = {
  issuer_keys_unavailable: {
    meaning: "the issuer does not answer, from this machine",
    advice: '"sumu doctor issuer-keys" says more',
  },
  revocations_unavailable: {
    meaning: "the table of revocations cannot be read",
    advice: '"sumu doctor tables" says more',
  },
};

/** A refusal in three lines: the code, what it means, and what to do. */
export function refusalText(reason: string): string {
  const known = { ...FAILURES, ...REFUSALS }[reason];
  if (known === undefined) return `refused: ${reason}`;
  return [`refused: ${reason}`, `       ${known.meaning}`, `       → ${known.advice}`].join("\n");
}
