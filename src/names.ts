/**
 * Physical names: AWS shows them, and the original used them. So after a switch, clients, backends and dashboards can
 * keep the names that they use.
 */
export const NAME_SUFFIXES = {
  gatewayApi: "gw-ws-api",
  gatewayAccessLog: "gw-access",
  messages: "integration-messages",
  messagesDlq: "integration-messages-dlq",
  notifications: "integration-notifications",
  notificationsDlq: "integration-notifications-dlq",
  connections: "connections",
  authorizer: "authorizer-codeless",
  pusher: "pusher-codeless",
  authorizerReleased: "authorizer-released",
  pusherReleased: "pusher-released",
  presence: "presence",
  presenceDlq: "presence-dlq",
  revocations: "revocations",
  history: "history",
  control: "control",
  controlDlq: "control-dlq",
  subscriptions: "subscriptions",
  presenceGrace: "presence-grace",
  presenceGraceDlq: "presence-grace-dlq",
  authorizerRole: "run-authorizer",
  pusherRole: "run-pusher",
  presenceRole: "run-presence",
  controlRole: "run-control",
  authorizerPipeline: "release-authorizer",
  authorizerBuild: "build-authorizer",
  authorizerInfo: "info-authorizer",
  authorizerAlert: "alert-authorizer",
  pusherPipeline: "release-pusher",
  pusherBuild: "build-pusher",
  pusherInfo: "info-pusher",
  pusherAlert: "alert-pusher",
} as const;

export type NameSuffix = (typeof NAME_SUFFIXES)[keyof typeof NAME_SUFFIXES];

/** `<prefix>-sumu-<suffix>`, or `<prefix>-sumu` without one. */
export function physicalName(prefix: string, suffix?: NameSuffix): string {
  return suffix === undefined ? `${prefix}-sumu` : `${prefix}-sumu-${suffix}`;
}

/** The longest prefix. The name of the authorizer's function reaches its limit first: Lambda's 64 characters. */
export const LONGEST_PREFIX = 64 - physicalName("", NAME_SUFFIXES.authorizer).length;
