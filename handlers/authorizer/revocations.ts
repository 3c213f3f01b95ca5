import type { Claims } from "./claims";
import type { DenyReason } from "./deny-reason";

/** Where revocations are kept. */
export interface Revocations {
  /**
   * Epoch seconds: tokens of the user that were issued before are revoked. Undefined when none is.
   *
   * @throws RevocationsUnavailableError when nobody can say.
   */
  issuedBefore(userId: string): Promise<number | undefined>;
}

/** Nobody can say whether a token is revoked, so there is no judgement: API Gateway answers 500, and admits nobody. */
export class RevocationsUnavailableError extends Error {
  constructor(
    /** What DynamoDB answered, or what is wrong with the row. */
    readonly detail: string,
  ) {
    super("revocations_unavailable");
    this.name = "RevocationsUnavailableError";
  }
}

/**
 * Why a user's token does not count any more. A token that does not say when it was issued may be older than the
 * revocation, so a user with a revocation needs a token with `iat`.
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
