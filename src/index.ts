export type { GrantableRole } from "./access/grants";
export type { JwtAuthorizer } from "./authorizer/jwt-authorizer";
export type { ConnectionStore } from "./connections/connection-store";
export type {
  AckFrame,
  ClientFrame,
  ClientMessageValue,
  ErrorFrame,
  GatewayErrorFrame,
  PingFrame,
  PongFrame,
  PublishFrame,
  SendFrame,
  ServerFrame,
} from "./contract/frames";
export type {
  Json,
  NotificationRequest,
  PresenceMessage,
  PresenceStatus,
  ReceivedAttribute,
  ReceivedClientMessage,
  ReceivedPresenceEvent,
} from "./contract/messages";
export { MESSAGE_ATTRIBUTES, MESSAGE_SOURCES, type MessageSource } from "./contract/messages";
export { ROUTE_KEYS } from "./contract/routes";
export { CONNECTION, PRESENCE } from "./contract/tables";
export type { ApiDomain } from "./domain/api-domain";
export type { ApiMapping } from "./domain/api-mapping";
export { CustomDomain, type CustomDomainProps } from "./domain/custom-domain";
export type { SubDomains } from "./domain/domain-rules";
export type { Gateway } from "./gateway/gateway";
export type { WebSocketApi } from "./gateway/web-socket-api";
export { AccessLogAccount, type AccessLogAccountProps } from "./global/access-log-account";
export type { FunctionConsumer, FunctionConsumerOptions } from "./integration/function-consumer";
export type {
  FunctionSubscription,
  FunctionSubscriptionOptions,
  InvokedFunction,
} from "./integration/function-subscription";
export type { Integration } from "./integration/integration";
export type { QueueWithDlq } from "./integration/queue-with-dlq";
export type { HandlerFunction } from "./lambda/handler-function";
export type { VersionedFunction } from "./lambda/versioned-function";
export type { Observability } from "./observability/observability";
export type { OperationProps } from "./operation-props";
export type { PresenceWatchdog } from "./presence/presence-watchdog";
export type { Pusher } from "./pusher/pusher";
export type { GitHub, GitHubRepositories, GitHubRepository, S3Artifacts, SlackChannels } from "./rules/rules";
export { Sumu } from "./sumu";
export type { SumuProps } from "./sumu-props";
export type { Given } from "./terraform/field";
export type { Tags } from "./terraform/tags";
export type { Transform } from "./terraform/transform";
