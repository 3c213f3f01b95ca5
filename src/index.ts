export type { GrantableRole } from "./access/grants";
export type { OperatorCommand } from "./access/operator-rights";
export type { JwtAuthorizer } from "./authorizer/jwt-authorizer";
export type { Tags } from "./aws/tags";
export {
  CHANNEL_NAME,
  CHANNEL_PATTERN,
  SUBSCRIPTION,
  SUBSCRIPTIONS_BY_CONNECTION,
} from "./contract/channels";
export { CONTROL_ROUTE_KEYS, type ControlAction, REFUSAL_REASONS, type RefusalReason } from "./contract/control";
export type {
  AckFrame,
  ClientFrame,
  ClientMessageValue,
  DisconnectFrame,
  ErrorFrame,
  GatewayErrorFrame,
  NotificationFrame,
  PingFrame,
  PongFrame,
  PostedFrame,
  PostFrame,
  PublishFrame,
  PushedFrame,
  RecoveredFrame,
  RecoverFrame,
  RefusedChannel,
  RefusedFrame,
  SendFrame,
  ServerFrame,
  SubscribedFrame,
  SubscribeFrame,
  UnsubscribedFrame,
  UnsubscribeFrame,
} from "./contract/frames";
export { CONNECTION_ENDED } from "./contract/frames";
export { EVERYONE_STREAM, HISTORY } from "./contract/history";
export type {
  BackendRequest,
  DisconnectRequest,
  ExplicitNotificationRequest,
  Json,
  NamedChannels,
  NamedUsers,
  NotificationAudience,
  NotificationRequest,
  PresenceMessage,
  PresenceStatus,
  ReceivedAttribute,
  ReceivedClientMessage,
  ReceivedPresenceEvent,
  RevokeRequest,
} from "./contract/messages";
export { MESSAGE_ATTRIBUTES, MESSAGE_SOURCES, type MessageSource } from "./contract/messages";
export { ROUTE_KEYS } from "./contract/routes";
export { CONNECTION, PRESENCE, PROTOCOLS, REVOCATION } from "./contract/tables";
export type { ControlFunction } from "./control/control-function";
export type { ApiDomain } from "./domain/api-domain";
export { CustomDomain } from "./domain/custom-domain";
export type { Gateway } from "./gateway/gateway";
export type { WebSocketApi } from "./gateway/web-socket-api";
export { AccessLogAccount } from "./global/access-log-account";
export type { AccessLogAccountProps } from "./inputs/access-log-account";
export type { ApiMapping } from "./inputs/api-mapping";
export type { Channels } from "./inputs/channels";
export type { CustomDomainProps, SubDomains } from "./inputs/custom-domain-props";
export type { VpcConfig } from "./inputs/guardrails";
export type {
  GitHub,
  GitHubRepositories,
  GitHubRepository,
  S3Artifacts,
  SlackChannels,
} from "./inputs/release-props";
export type { SumuProps } from "./inputs/sumu-props";
export type { FunctionConsumer, FunctionConsumerOptions } from "./integration/function-consumer";
export type {
  FunctionSubscription,
  FunctionSubscriptionOptions,
  InvokedFunction,
} from "./integration/function-subscription";
export type { HandlerFunction } from "./lambda/handler-function";
export type { VersionedFunction } from "./lambda/versioned-function";
export type { Observability } from "./observability/observability";
export type { ConnectionsTable, Queue, Table, Topic, TopicAndQueue } from "./outlets";
export type { PresenceWatchdog } from "./presence/presence-watchdog";
export type { Pusher } from "./pusher/pusher";
export { Sumu } from "./sumu";
export type { Given } from "./terraform/field";
export type { Transform } from "./terraform/transform";
