import { HANDLERS, type HandlerName } from "./contract/handlers";

type HandlerSuffixes = { readonly [Name in HandlerName]: Name } & {
  readonly [Name in HandlerName as `${Name}Role`]: `run-${Name}`;
} & { readonly [Name in HandlerName as `${Name}Dlq`]: `${Name}-dlq` };

/** The function of each handler, its role, and its dead-letter queue if it has one. */
const HANDLER_SUFFIXES = Object.fromEntries(
  HANDLERS.flatMap((name) => [
    [name, name],
    [`${name}Role`, `run-${name}`],
    [`${name}Dlq`, `${name}-dlq`],
  ]),
) as HandlerSuffixes;

/**
 * Physical names: AWS shows them, and the original used them. So after a switch, clients, backends and dashboards can
 * keep the names that they use.
 */
export const NAME_SUFFIXES = {
  ...HANDLER_SUFFIXES,
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
  revocations: "revocations",
  history: "history",
  subscriptions: "subscriptions",
  presenceGrace: "presence-grace",
  presenceGraceDlq: "presence-grace-dlq",
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
