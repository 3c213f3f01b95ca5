import { ROUTE_KEYS } from "../../src/contract/routes";
import { compileGrants, grantsFit } from "./channel-claims";
import { refuseClaims } from "./claims";
import type { AuthorizerConfiguration } from "./configuration";
import type { ConnectEvent } from "./connect-event";
import { type ConnectionEnd, connectionEnd } from "./connection-end";
import { type DenyReason, TokenRefusedError } from "./deny-reason";
import { refuseOrigin } from "./origin";
import { protocolOf } from "./protocol";
import { type Revocations, refuseRevoked } from "./revocations";
import { extractToken } from "./token";
import { userIdOf } from "./user-id";
import { type KeySource, verifyToken } from "./verify-token";

/** Whether a client may connect, and as which user. */
export type Decision =
  | {
      readonly allowed: true;
      readonly userId: string;
      /** The protocol of the client. Absent: bare notifications. */
      readonly protocol?: number;
      /** Absent: when API Gateway ends the connection. */
      readonly end?: ConnectionEnd;
      /** The channels of the user. Absent: public channels only. */
      readonly grants?: string;
      /** How many values of the channels' claims are not patterns. Absent: none. */
      readonly ignoredPatterns?: number;
    }
  | { readonly allowed: false; readonly reason: DenyReason };

/** The inputs of a decision besides the request. */
export interface DecisionSources {
  readonly keys: KeySource;
  /** Absent: tokens are not revoked. */
  readonly revocations?: Revocations;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Decides about a connection request. Every request gets a decision, even a hostile request.
 *
 * @throws IssuerKeysUnavailableError if there is no key for judging a well-formed token.
 * @throws RevocationsUnavailableError if it is unknown whether a valid token is revoked.
 */
export async function decide(
  event: ConnectEvent,
  configuration: Omit<AuthorizerConfiguration, "keysUrl" | "revocationsTable">,
  { keys, revocations, now }: DecisionSources,
): Promise<Decision> {
  const { authorizedApis, allowedOrigins, tokenSource, userIdClaim, endConnectionsWithToken, channelClaims, ...rules } =
    configuration;
  if (!authorizedApis.some((api) => event.methodArn === `${api}/${ROUTE_KEYS.connect}`)) {
    return { allowed: false, reason: "api_not_authorized" };
  }
  const foreign = refuseOrigin(event, allowedOrigins);
  if (foreign) {
    return { allowed: false, reason: foreign };
  }
  try {
    const token = await verifyToken(extractToken(event, tokenSource), keys);
    const reason = refuseClaims(token.claims, rules, Math.floor(now() / 1_000));
    if (reason) {
      return { allowed: false, reason };
    }
    const userId = userIdOf(token, userIdClaim);
    if (userId === undefined) {
      return { allowed: false, reason: "subject_invalid" };
    }
    const revoked = await refuseRevoked(token.claims, userId, revocations);
    if (revoked) {
      return { allowed: false, reason: revoked };
    }
    const { grants, ignored } = compileGrants(token.claims, channelClaims);
    if (!grantsFit(grants, userId)) {
      return { allowed: false, reason: "grants_too_large" };
    }
    const end = endConnectionsWithToken ? connectionEnd(token.claims, rules, now()) : undefined;
    return {
      allowed: true,
      userId,
      protocol: protocolOf(event),
      end,
      grants: grants || undefined,
      ignoredPatterns: ignored || undefined,
    };
  } catch (error) {
    if (error instanceof TokenRefusedError) {
      return { allowed: false, reason: error.reason };
    }
    throw error;
  }
}
