import { CONNECTION_LIFETIME_SECONDS } from "../../src/contract/limits";
import type { ClaimRules, Claims } from "./claims";

/** When a connection ends before API Gateway's own limit. */
export interface ConnectionEnd {
  /** Epoch milliseconds: the token's end with the tolerance, at most two hours from now. */
  readonly expiresAt: number;
  /**
   * Epoch seconds, for the row. Absent if API Gateway ends the connection before its token ends: then the row has its
   * default time.
   */
  readonly deleteAt?: number;
}

/**
 * When a connection ends whose token {@link refuseClaims} has accepted. Undefined while expiration is not verified,
 * because then a token's end has no meaning.
 */
export function connectionEnd({ exp }: Claims, rules: ClaimRules, now: number): ConnectionEnd | undefined {
  if (!rules.verifyExpiration || typeof exp !== "number") return undefined;
  const tokenEnd = Math.floor((exp + rules.clockToleranceSeconds) * 1_000);
  const lastMoment = now + CONNECTION_LIFETIME_SECONDS * 1_000;
  return tokenEnd > lastMoment
    ? { expiresAt: lastMoment }
    : { expiresAt: tokenEnd, deleteAt: Math.floor(tokenEnd / 1_000) };
}
