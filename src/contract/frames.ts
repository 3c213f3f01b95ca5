import type { Json } from "./messages";

/** What the routes pass on: anything but null and the empty string, which are answered with an {@link ErrorFrame}. */
export type ClientMessageValue = Exclude<Json, null>;

/** Keeps an idle connection open: API Gateway ends one after ten minutes without a frame. */
export interface PingFrame {
  /** The route key. */
  readonly action: "ping";
}

/** A message for the messages queue. A string arrives as its own text, anything else as its JSON text. */
export interface SendFrame {
  /** The route key. */
  readonly action: "send";
  /** What the backend gets. */
  readonly message: ClientMessageValue;
}

/** A message for the messages topic. A string arrives as its own text, anything else as its JSON text. */
export interface PublishFrame {
  /** The route key. */
  readonly action: "publish";
  /** What the backend gets. */
  readonly message: ClientMessageValue;
}

/** What a client may send: JSON text of at most 128 KB, in WebSocket frames of at most 32 KB. */
export type ClientFrame = PingFrame | SendFrame | PublishFrame;

/** The answer to a {@link PingFrame}. */
export interface PongFrame {
  /** Tells the frames apart. */
  readonly type: "pong";
  /** As the original answered. */
  readonly statusCode: 200;
  /** API Gateway's id of this connection: the range key of its row. */
  readonly connectionId: string;
}

/** The service has the message: it will reach the backend at least once. */
export interface AckFrame {
  /** Tells the frames apart. */
  readonly type: "ack";
  /** The route that the client had asked for. */
  readonly action: "send" | "publish";
  /** API Gateway's id of the request, as in the access log. The client does not know it beforehand. */
  readonly requestId: string;
}

/** The reason of an {@link ErrorFrame} after the end of the connection's token, with `endConnectionsWithToken`. */
export const CONNECTION_ENDED = "connection_ended";

/**
 * The message is missing, null, empty or too large, the service has refused it, or the connection's token has ended: the
 * backend does not get it.
 */
export interface ErrorFrame {
  /** Tells the frames apart. */
  readonly type: "error";
  /** The route that the client had asked for. */
  readonly action: "send" | "publish";
  /** API Gateway's id of the request, as in the access log. */
  readonly requestId: string;
  /** Only after the connection's end ({@link CONNECTION_ENDED}): the client connects again with a new token. */
  readonly reason?: typeof CONNECTION_ENDED;
  /** For people: its words may change. */
  readonly message: string;
}

/** API Gateway's own answer, which has no `type`: no route has this action (`Forbidden`), or it is being throttled. */
export interface GatewayErrorFrame {
  /** `Forbidden`, `Too Many Requests`, `Internal server error`. */
  readonly message: string;
  /** API Gateway's id of this connection. */
  readonly connectionId: string;
  /** API Gateway's id of the request, as in the access log. */
  readonly requestId: string;
}

/**
 * What SUMU answers a client's frame with. Beside these come notifications: as {@link PushedFrame} to a client of protocol
 * 2, as the JSON text of their `data` with nothing around it to any other.
 */
export type ServerFrame = PongFrame | AckFrame | ErrorFrame | GatewayErrorFrame;

/** A notification, as a client of protocol 2 gets it. */
export interface NotificationFrame {
  /** Tells the frames apart. */
  readonly type: "notification";
  /** The backend's, else the message id of SQS or SNS. The same each time that the notification is delivered again. */
  readonly id: string;
  /** What the backend has sent. */
  readonly data: Json;
}

/** The last frame before SUMU closes a connection of protocol 2. */
export interface DisconnectFrame {
  /** Tells the frames apart. */
  readonly type: "disconnect";
  /** The backend's, `disconnected` when it gives none, or `revoked`. */
  readonly reason: string;
  /** `false`: do not connect again with the same token. */
  readonly reconnect: boolean;
}

/** What SUMU sends by itself to a client of protocol 2. */
export type PushedFrame = NotificationFrame | DisconnectFrame;
