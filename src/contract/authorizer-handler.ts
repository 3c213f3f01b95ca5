import type { LogCodes } from "./log-levels";
import { BY_STACK, METRIC_DIMENSIONS, type MetricSet } from "./metrics";

/** Environment variables of the authorizer. Lists are joined by commas. */
export const AUTHORIZER_ENVIRONMENT = {
  /** `<execution ARN of the API>/<stage>`, one or more. An Allow covers these and nothing else. */
  authorizedApis: "AUTHORIZED_APIS",
  issuerJwksUri: "JWT_ISSUER_JWKS_URI",
  /** Empty: any audience. */
  authorizedAudiences: "JWT_AUTHORIZED_AUDIENCES",
  /** `true` or `false`. */
  verifyExpiration: "JWT_VERIFY_EXPIRATION",
  /** Empty: any issuer. */
  authorizedIssuer: "JWT_AUTHORIZED_ISSUER",
  clockToleranceSeconds: "JWT_CLOCK_TOLERANCE_SECONDS",
  /** The claim that names the user. Unset: `sub`. */
  userIdClaim: "JWT_USER_ID_CLAIM",
  /** One of TOKEN_SOURCES. Unset: either place, because API Gateway then decides by its identity source. */
  tokenSource: "JWT_TOKEN_SOURCE",
  /** `true` or `false`: whether a connection ends when its token ends. Unset: it does not. */
  endConnectionsWithToken: "END_CONNECTIONS_WITH_TOKEN",
  /** The origins of pages that may connect. Empty or unset: any. */
  allowedOrigins: "ALLOWED_ORIGINS",
  /** Where the authorizer looks up whether a user's tokens are revoked. Empty or unset: it does not. */
  revocationsTable: "REVOCATIONS_TABLE_NAME",
  /** The claim with the channels that the user may subscribe to. Empty or unset: no claim. */
  channelsSubscribeClaim: "CHANNELS_SUBSCRIBE_CLAIM",
  /** The claim with the channels that the user may post to. Empty or unset: no claim. */
  channelsPostClaim: "CHANNELS_POST_CLAIM",
} as const;

/** The claim that names the user, unless `JWT_USER_ID_CLAIM` says otherwise. */
export const DEFAULT_USER_ID_CLAIM = "sub";

/** The clients that the authorizer admitted. */
export const AUTHORIZED_METRICS = {
  dimensions: BY_STACK,
  units: {
    /** Clients admitted. */
    Authorized: "Count",
  },
} as const satisfies MetricSet;

/** The clients that the authorizer refused: in total, and by reason. */
export const REFUSED_METRICS = {
  dimensions: [[METRIC_DIMENSIONS.stack], [METRIC_DIMENSIONS.stack, METRIC_DIMENSIONS.reason]],
  units: {
    /** Clients refused. Also by the dimension `reason`: the code of the refusal. */
    Refused: "Count",
  },
} as const satisfies MetricSet;

/** The codes of its log lines. */
export const AUTHORIZER_LOG = {
  /** One decision, metrics included: written at every level. */
  authorization_decided: "info",
  /** There is no decision: the issuer's keys or the table of revocations are not available. */
  authorization_failed: "error",
  /** The issuer's keys are not available. */
  issuer_keys_fetch_failed: "warn",
} as const satisfies LogCodes;
