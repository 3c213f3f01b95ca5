import type { Claims } from "./claims";
import type { DenyReason } from "./deny-reason";

/** The store of revocations. */
export interface Revocations {
  /**
   * Epoch seconds: the user's tokens that were issued earlier are revoked. Undefined if none is revoked.
   *
   * @throws RevocationsUnavailableError if it cannot be read.
   */
  issuedBefore(userId: string): Promise<number | undefined>;
}

/** It is unknown whether a token is revoked, so there is no decision: API Gateway answers 500, and admits nobody. */
export class RevocationsUnavailableError extends Error {
  constructor(
    /** DynamoDB's answer, or the fault of the row. */
    readonly detail: string,
  ) {
    super("revocations_unavailable");
    this.name = "RevocationsUnavailableError";
  }
}

/**
 * Why a user's token is no longer valid. A token without `iat` may be older than the revocation, so a user with a
 * revocation needs a token with `iat`.
 */
export async function refuseRevoked(
  { iat }: Claims,
  userId: string,
  revocations: Revocations | undefined,
): Promise<DenyReason | undefined> {
  const issuedBefore = await revocations?.issuedBefore(userId);
  if (issuedBefore === undefined) return undefined;
  return typeof iat === "number" && iat >= issuedBefore ? undefined : "token_revoked";
}
