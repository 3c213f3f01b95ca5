import { ROUTE_KEYS } from "../../src/contract/routes";
import { refuseClaims } from "./claims";
import type { AuthorizerConfiguration } from "./configuration";
import type { ConnectEvent } from "./connect-event";
import { type DenyReason, TokenRefusedError } from "./deny-reason";
import { extractToken } from "./token";
import { type KeySource, verifyToken } from "./verify-token";

/** Whether a client may connect, and as whom. */
export type Decision =
  | { readonly allowed: true; readonly subject: string }
  | { readonly allowed: false; readonly reason: DenyReason };

/**
 * Judges a connection request. Every request gets a decision, however hostile.
 *
 * @throws IssuerKeysUnavailableError when there is nothing to judge a well-formed token by.
 */
export async function decide(
  event: ConnectEvent,
  { authorizedApis, ...rules }: Omit<AuthorizerConfiguration, "keysUrl">,
  keys: KeySource,
  now: () => number,
): Promise<Decision> {
  if (!authorizedApis.some((api) => event.methodArn === `${api}/${ROUTE_KEYS.connect}`)) {
    return { allowed: false, reason: "api_not_authorized" };
  }
  try {
    const claims = await verifyToken(extractToken(event), keys);
    const reason = refuseClaims(claims, rules, Math.floor(now() / 1_000));
    return reason ? { allowed: false, reason } : { allowed: true, subject: String(claims.sub) };
  } catch (error) {
    if (error instanceof TokenRefusedError) {
      return { allowed: false, reason: error.reason };
    }
    throw error;
  }
}
