/** Environment variables of every handler. */
export const HANDLER_ENVIRONMENT = {
  /** `debug`, `info`, `warn` or `error`. */
  logLevel: "LOG_LEVEL",
  /** `<prefix>-sumu`: the dimension of the handler's metrics. */
  stack: "SUMU_STACK",
} as const;

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

/** Environment variables of the functions that write or read history. Both are unset in a SUMU that keeps none. */
export const HISTORY_ENVIRONMENT = {
  table: "HISTORY_TABLE_NAME",
  /** How long notifications are kept, in seconds: 1 to MAX_HISTORY_SECONDS. */
  seconds: "HISTORY_SECONDS",
} as const;

/** Environment variables of the control function. */
export const CONTROL_ENVIRONMENT = {
  /** Where `/@connections/<id>` is. */
  endpoint: "APIGW_ENDPOINT",
  /** The dead-letter queue for messages that no try can handle. */
  deadLetterQueueUrl: "CONTROL_DLQ_URL",
  /** The table of subscriptions. Empty or unset: there are no channels. The next ones are set together with it. */
  subscriptionsTable: "SUBSCRIPTIONS_TABLE_NAME",
  connectionsTable: "CONNECTIONS_TABLE_NAME",
  /** Posts of clients go here. */
  notificationsQueueUrl: "NOTIFICATIONS_QUEUE_URL",
  /** Patterns of the channels that every user may subscribe to, joined by commas. */
  publicChannels: "CHANNELS_PUBLIC",
  /** How many channels a connection may be in. */
  channelsPerConnection: "CHANNELS_PER_CONNECTION",
} as const;

/** Environment variables of the pusher. */
export const PUSHER_ENVIRONMENT = {
  /** Where `/@connections/<id>` is: the stage's https URL, or a custom domain with its mapping key. */
  endpoint: "APIGW_ENDPOINT",
  connectionsTable: "CONNECTIONS_TABLE_NAME",
  /** Continuations of unfinished deliveries go here. */
  queueUrl: "NOTIFICATIONS_QUEUE_URL",
  /** The dead-letter queue. A message that can never be delivered goes here, with the reason. */
  deadLetterQueueUrl: "NOTIFICATIONS_DLQ_URL",
  /** Where `revoke` writes. Empty or unset: a request to revoke is refused. */
  revocationsTable: "REVOCATIONS_TABLE_NAME",
  /** The connections of channels. Empty or unset: a notification to channels is refused. */
  subscriptionsTable: "SUBSCRIPTIONS_TABLE_NAME",
  /** Requests in flight to the endpoint at most. Bounds and defaults: PUSHER_SETTINGS. */
  deliveryConcurrency: "DELIVERY_CONCURRENCY",
  /** DynamoDB requests in flight at most. */
  readConcurrency: "READ_CONCURRENCY",
  /** Parallel-scan segments that a broadcast larger than one page is split into. */
  broadcastSegments: "BROADCAST_SEGMENTS",
} as const;

/** Environment variables of the presence watchdog. */
export const PRESENCE_ENVIRONMENT = {
  connectionsTable: "CONNECTIONS_TABLE",
  presenceTable: "PRESENCE_TABLE",
  topicArn: "MESSAGES_TOPIC_ARN",
  queueUrl: "MESSAGES_QUEUE_URL",
  /** `topic` or `queue`. */
  source: "PRESENCE_SOURCE",
  /** How long OFFLINE waits, in seconds: 0 to 900. */
  graceSeconds: "PRESENCE_GRACE_SECONDS",
  /** The queue in which a waiting OFFLINE is kept; unset when the grace is 0. */
  graceQueueUrl: "PRESENCE_GRACE_QUEUE_URL",
  /** The dead-letter queue for records that no retry can fix. */
  deadLetterQueueUrl: "PRESENCE_DLQ_URL",
  /** How many connections a user may keep; unset: any number. */
  maxConnectionsPerUser: "MAX_CONNECTIONS_PER_USER",
  /** Where `/@connections/<id>` is; set only when connections are limited. */
  endpoint: "APIGW_ENDPOINT",
  /** The control queue, for the channels of connections that are gone; unset when there are no channels. */
  controlQueueUrl: "CONTROL_QUEUE_URL",
} as const;
