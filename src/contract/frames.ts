import type { Json } from "./messages";

/** What the routes pass on: anything but null and the empty string, which are answered with an {@link ErrorFrame}. */
export type ClientMessageValue = Exclude<Json, null>;

/** Keeps an idle connection open: API Gateway ends one after ten minutes without a frame. */
export interface PingFrame {
  readonly action: "ping";
}

/** A message for the messages queue. A string arrives as its own text, anything else as its JSON text. */
export interface SendFrame {
  readonly action: "send";
  readonly message: ClientMessageValue;
}

/** A message for the messages topic. A string arrives as its own text, anything else as its JSON text. */
export interface PublishFrame {
  readonly action: "publish";
  readonly message: ClientMessageValue;
}

/** What a client may send: JSON text of at most 128 KB, in WebSocket frames of at most 32 KB. */
export type ClientFrame = PingFrame | SendFrame | PublishFrame;

export interface PongFrame {
  readonly type: "pong";
  readonly statusCode: 200;
  /** API Gateway's id of this connection: the range key of its row. */
  readonly connectionId: string;
}

/** The service has the message: it will reach the backend at least once. */
export interface AckFrame {
  readonly type: "ack";
  readonly action: "send" | "publish";
  /** API Gateway's id of the request, as in the access log. The client does not know it beforehand. */
  readonly requestId: string;
}

/** The message is missing, null, empty or too large, or the service has refused it: the backend does not get it. */
export interface ErrorFrame {
  readonly type: "error";
  readonly action: "send" | "publish";
  readonly requestId: string;
  readonly message: string;
}

/** API Gateway's own answer, which has no `type`: no route has this action (`Forbidden`), or it is being throttled. */
export interface GatewayErrorFrame {
  readonly message: string;
  readonly connectionId: string;
  readonly requestId: string;
}

/** What SUMU answers a client's frame with. Notifications come as the JSON text of their `data`, with nothing around it. */
export type ServerFrame = PongFrame | AckFrame | ErrorFrame | GatewayErrorFrame;
