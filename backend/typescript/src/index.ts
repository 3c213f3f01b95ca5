export type { AwsClient } from "./aws-client";
export { Batch, type DisconnectOptions, type RevokeOptions } from "./batch";
export type { OneOrMore } from "./check";
export type { Clock } from "./clock";
export { ConfigurationError, InvalidInputError, SumuError } from "./errors";
export {
  type Done,
  type HandlingOptions,
  type MessageHandler,
  type OnError,
  RecentlyDone,
} from "./handle-once";
export { Message, type MessageSource, type PresenceChange, readMessage } from "./message";
export { type BatchResponse, messagesHandler } from "./messages-handler";
export { type PresenceState, PresenceView } from "./presence";
export type { ReceiveOptions } from "./receive-messages";
export { type NotifyOptions, SumuRequest } from "./requests";
export { UnsentError, type UnsentRequest } from "./send-requests";
export { type Settings, settingsFromEnvironment, settingsFromOutputs } from "./settings";
export { Stream, type StreamOptions, type StreamResult } from "./stream";
export { type Clients, SumuBackend } from "./sumu-backend";
