export type { JwtAuthorizer } from "./authorizer/jwt-authorizer";
export type { ConnectionStore } from "./connections/connection-store";
export type {
  AckFrame,
  ClientFrame,
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
  ReceivedClientMessage,
  ReceivedPresenceEvent,
} from "./contract/messages";
export { MESSAGE_ATTRIBUTES, MESSAGE_SOURCES } from "./contract/messages";
export { ROUTE_KEYS } from "./contract/routes";
export { CONNECTION, PRESENCE } from "./contract/tables";
export type { Gateway } from "./gateway/gateway";
export type { WebSocketApi } from "./gateway/web-socket-api";
export type { Integration } from "./integration/integration";
export type { QueueWithDlq } from "./integration/queue-with-dlq";
export type { HandlerFunction } from "./lambda/handler-function";
export type { PresenceWatchdog } from "./presence/presence-watchdog";
export type { Pusher } from "./pusher/pusher";
export { Sumu } from "./sumu";
export type { SumuProps } from "./sumu-props";
export type { Tags } from "./terraform/tags";
