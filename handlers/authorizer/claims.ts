import type { DenyReason } from "./deny-reason";

/** DynamoDB's limit for a hash key, in bytes of UTF-8. */
export const MAX_SUBJECT_BYTES = 2_048;

/** What a signed token must claim. */
export interface ClaimRules {
  /** Empty: any audience. */
  readonly audiences: readonly string[];
  /** Absent: any issuer. */
  readonly issuer?: string;
  /** False skips `exp` and `nbf` altogether. */
  readonly verifyExpiration: boolean;
  /** How far the issuer's clock may be off. */
  readonly clockToleranceSeconds: number;
}

/** The claims of a token whose signature has been verified. Their types are the issuer's word only. */
export type Claims = Readonly<Record<string, unknown>>;

/** Why these claims do not admit anyone at `nowSeconds` (since the epoch), or undefined: their `sub` is the user. */
export function refuseClaims(claims: Claims, rules: ClaimRules, nowSeconds: number): DenyReason | undefined {
  const untimely = rules.verifyExpiration ? refuseTime(claims, rules.clockToleranceSeconds, nowSeconds) : undefined;
  if (untimely) {
    return untimely;
  }
  if (rules.issuer !== undefined && claims.iss !== rules.issuer) {
    return "issuer_mismatch";
  }
  if (rules.audiences.length > 0 && !meantFor(rules.audiences, claims)) {
    return "audience_mismatch";
  }
  return isSubject(claims.sub) ? undefined : "subject_invalid";
}

function refuseTime({ exp, nbf }: Claims, toleranceSeconds: number, nowSeconds: number): DenyReason | undefined {
  if (exp === undefined) {
    return "expiration_missing";
  }
  if (!isNumericDate(exp) || (nbf !== undefined && !isNumericDate(nbf))) {
    return "claim_malformed";
  }
  if (nowSeconds >= exp + toleranceSeconds) {
    return "token_expired";
  }
  return nbf !== undefined && nowSeconds < nbf - toleranceSeconds ? "token_not_yet_valid" : undefined;
}

// `1e999` is JSON, and Infinity once parsed: a token that never expires.
function isNumericDate(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Cognito's access tokens have no `aud`; `client_id` says there which client they were issued to. */
function meantFor(audiences: readonly string[], { aud, client_id }: Claims): boolean {
  const claimed: unknown = aud === undefined ? client_id : aud;
  return (Array.isArray(claimed) ? claimed : [claimed]).some((audience) => audiences.includes(audience));
}

// What SQS and SNS refuse in a message attribute (lone surrogates, U+FFFE, U+FFFF, control characters) would connect a
// user whose every message fails. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const UNSENDABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

function isSubject(sub: unknown): sub is string {
  return typeof sub === "string" && sub !== "" && Buffer.byteLength(sub) <= MAX_SUBJECT_BYTES && !UNSENDABLE.test(sub);
}
