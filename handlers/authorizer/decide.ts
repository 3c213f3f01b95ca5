import { ROUTE_KEYS } from "../../src/contract/routes";
import { refuseClaims } from "./claims";
import type { AuthorizerConfiguration } from "./configuration";
import type { ConnectEvent } from "./connect-event";
import { type DenyReason, TokenRefusedError } from "./deny-reason";
import { extractToken } from "./token";
import { userIdOf } from "./user-id";
import { type KeySource, verifyToken } from "./verify-token";

/** Whether a client may connect, and as whom. */
export type Decision =
  | { readonly allowed: true; readonly userId: string }
  | { readonly allowed: false; readonly reason: DenyReason };

/**
 * Judges a connection request. Every request gets a decision, however hostile.
 *
 * @throws IssuerKeysUnavailableError when there is nothing to judge a well-formed token by.
 */
export async function decide(
  event: ConnectEvent,
  { authorizedApis, tokenSource, userIdClaim, ...rules }: Omit<AuthorizerConfiguration, "keysUrl">,
  keys: KeySource,
  now: () => number,
): Promise<Decision> {
  if (!authorizedApis.some((api) => event.methodArn === `${api}/${ROUTE_KEYS.connect}`)) {
    return { allowed: false, reason: "api_not_authorized" };
  }
  try {
    const token = await verifyToken(extractToken(event, tokenSource), keys);
    const reason = refuseClaims(token.claims, rules, Math.floor(now() / 1_000));
    if (reason) {
      return { allowed: false, reason };
    }
    const userId = userIdOf(token, userIdClaim);
    return userId === undefined ? { allowed: false, reason: "subject_invalid" } : { allowed: true, userId };
  } catch (error) {
    if (error instanceof TokenRefusedError) {
      return { allowed: false, reason: error.reason };
    }
    throw error;
  }
}
