import type { DenyReason } from "./deny-reason";

/** The claims that a signed token must have. */
export interface ClaimRules {
  /** Empty: any audience. */
  readonly audiences: readonly string[];
  /** Absent: any issuer. */
  readonly issuer?: string;
  /** False skips `exp` and `nbf` altogether. */
  readonly verifyExpiration: boolean;
  /** How far the issuer's clock may differ from ours. */
  readonly clockToleranceSeconds: number;
}

/** The claims of a token whose signature has been verified. The issuer alone guarantees their types. */
export type Claims = Readonly<Record<string, unknown>>;

/** Why these claims admit nobody at `nowSeconds` (since the epoch); undefined if they admit their user. */
export function refuseClaims(claims: Claims, rules: ClaimRules, nowSeconds: number): DenyReason | undefined {
  const untimely = rules.verifyExpiration ? refuseTime(claims, rules.clockToleranceSeconds, nowSeconds) : undefined;
  if (untimely) {
    return untimely;
  }
  if (rules.issuer !== undefined && claims.iss !== rules.issuer) {
    return "issuer_mismatch";
  }
  return rules.audiences.length > 0 && !meantFor(rules.audiences, claims) ? "audience_mismatch" : undefined;
}

function refuseTime({ exp, nbf }: Claims, toleranceSeconds: number, nowSeconds: number): DenyReason | undefined {
  if (isAbsent(exp)) {
    return "expiration_missing";
  }
  if (!isNumericDate(exp) || !(isAbsent(nbf) || isNumericDate(nbf))) {
    return "claim_malformed";
  }
  if (nowSeconds >= exp + toleranceSeconds) {
    return "token_expired";
  }
  return isNumericDate(nbf) && nowSeconds < nbf - toleranceSeconds ? "token_not_yet_valid" : undefined;
}

// `1e999` is valid JSON, but parses as Infinity: the token would never expire.
function isNumericDate(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Some issuers set a claim that they do not use to null. */
function isAbsent(claim: unknown): claim is undefined | null {
  return claim === undefined || claim === null;
}

/**
 * `azp` is the application that the token was issued to. Keycloak sets it, with `"aud": "account"` beside it. Cognito's
 * access tokens have no `aud`, and have the application in `client_id`.
 */
function meantFor(audiences: readonly string[], { aud, azp, client_id }: Claims): boolean {
  const claimed: unknown = isAbsent(aud) ? client_id : aud;
  return [claimed, azp].flat().some((audience) => audiences.some((listed) => listed === audience));
}
