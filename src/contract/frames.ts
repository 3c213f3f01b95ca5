import type { ChannelRefusal } from "./channels";
import type { ControlAction, RefusalReason } from "./control";
import type { Json } from "./messages";

/** A message that the routes pass on. If it is null or an empty string, the client gets an {@link ErrorFrame}. */
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
  /** The message that the backend gets. */
  readonly message: ClientMessageValue;
}

/** A message for the messages topic. A string arrives as its own text, anything else as its JSON text. */
export interface PublishFrame {
  /** The route key. */
  readonly action: "publish";
  /** The message that the backend gets. */
  readonly message: ClientMessageValue;
}

/**
 * Asks for the notifications that the client has missed. They follow as {@link NotificationFrame}s with `recovered`, in the
 * order of their cursors, and then comes a {@link RecoveredFrame}.
 */
export interface RecoverFrame {
  /** The route key. */
  readonly action: "recover";
  /** The answer has the same id: 1 to 128 characters. */
  readonly id: string;
  /**
   * The largest cursor that the client has seen, `"0"` for everything that is kept, or absent if the client only asks for
   * the current cursor.
   */
  readonly after?: string;
  /** `true`: go on after an answer with `more`. `after` is then the cursor of that answer. */
  readonly more?: true;
}

/** Joins channels. The answer is a {@link SubscribedFrame}. */
export interface SubscribeFrame {
  /** The route key. */
  readonly action: "subscribe";
  /** The answer has the same id: 1 to 128 characters. */
  readonly id: string;
  /** 1 to 100 names. */
  readonly channels: readonly string[];
  /** As of a {@link RecoverFrame}: what was missed in these channels follows first, in the order of the cursors. */
  readonly after?: string;
  /** `true`: go on after an answer with `more`. */
  readonly more?: true;
}

/** Leaves channels. The answer is an {@link UnsubscribedFrame}. */
export interface UnsubscribeFrame {
  /** The route key. */
  readonly action: "unsubscribe";
  /** The answer has the same id: 1 to 128 characters. */
  readonly id: string;
  /** 1 to 100 names. */
  readonly channels: readonly string[];
}

/** Sends a notification to a channel. The answer is a {@link PostedFrame}. */
export interface PostFrame {
  /** The route key. */
  readonly action: "post";
  /** The answer has the same id: 1 to 128 characters. */
  readonly id: string;
  /** The channel's name. */
  readonly channel: string;
  /** Everybody in the channel gets the JSON text of this. */
  readonly data: Json;
  /**
   * 1 to 64 characters. A post that the client sends again has the same key: then its notification has the same id, and
   * receivers drop it. Absent: each frame is another notification.
   */
  readonly key?: string;
}

/** What a client may send: JSON text of at most 128 KB, in WebSocket frames of at most 32 KB. */
export type ClientFrame =
  | PingFrame
  | SendFrame
  | PublishFrame
  | RecoverFrame
  | SubscribeFrame
  | UnsubscribeFrame
  | PostFrame;

/** The answer to a {@link PingFrame}. */
export interface PongFrame {
  /** The type of the frame. */
  readonly type: "pong";
  /** The same text as the original's answer. */
  readonly statusCode: 200;
  /** API Gateway's id of this connection: the range key of its row. */
  readonly connectionId: string;
}

/**
 * The service has the message. It reaches the backend at least once. For a control frame: SUMU has the frame, and the
 * answer follows.
 */
export interface AckFrame {
  /** The type of the frame. */
  readonly type: "ack";
  /** The route that the client asked for. */
  readonly action: "send" | "publish" | ControlAction;
  /** API Gateway's id of the request, as in the access log. The client does not know it beforehand. */
  readonly requestId: string;
}

/** The reason of an {@link ErrorFrame} after the connection's token has ended, with `endConnectionsWithToken`. */
export const CONNECTION_ENDED = "connection_ended";

/**
 * The backend does not get the message, or SUMU does not get the control frame: it is missing, null, empty or too large,
 * the service refused it, or the connection's token has ended.
 */
export interface ErrorFrame {
  /** The type of the frame. */
  readonly type: "error";
  /** The route that the client asked for. */
  readonly action: "send" | "publish" | ControlAction;
  /** API Gateway's id of the request, as in the access log. */
  readonly requestId: string;
  /** Set only after the connection's end ({@link CONNECTION_ENDED}): the client must connect again with a new token. */
  readonly reason?: typeof CONNECTION_ENDED;
  /** For people: the text may change. */
  readonly message: string;
}

/** API Gateway's own answer, without a `type`: no route has this action (`Forbidden`), or the client is throttled. */
export interface GatewayErrorFrame {
  /** `Forbidden`, `Too Many Requests`, `Internal server error`. */
  readonly message: string;
  /** API Gateway's id of this connection. */
  readonly connectionId: string;
  /** API Gateway's id of the request, as in the access log. */
  readonly requestId: string;
}

/**
 * SUMU's answers to a client's frame. A client also gets notifications: a client of protocol 2 gets each as a {@link
 * PushedFrame}; any other client gets the bare JSON text of its `data`.
 */
export type ServerFrame = PongFrame | AckFrame | ErrorFrame | GatewayErrorFrame;

/** A notification, as a client of protocol 2 gets it. */
export interface NotificationFrame {
  /** The type of the frame. */
  readonly type: "notification";
  /**
   * The id from the backend, or else the message id of SQS or SNS. It is the same each time the notification is
   * delivered again.
   */
  readonly id: string;
  /** Where history is kept: the place of the notification in it. The largest cursor is the client's place. */
  readonly cursor?: string;
  /** The channel, if the notification is to a channel. */
  readonly channel?: string;
  /** The user who posted it. Absent if the backend sent it. */
  readonly from?: string;
  /** `true` if it comes from history. */
  readonly recovered?: true;
  /** The data that the backend sent. */
  readonly data: Json;
}

/** The answer to a {@link RecoverFrame}, after the notifications that the client has missed. */
export interface RecoveredFrame {
  /** The type of the frame. */
  readonly type: "recovered";
  /** The id of the client's frame. */
  readonly id: string;
  /** The client's place in the history now. With `more`: the place from which to go on. */
  readonly cursor: string;
  /** `true`: the client has everything. `false`: there is more to recover, or a gap. */
  readonly complete: boolean;
  /** `true`: there is more than one answer takes. Send `recover` again with `after` = `cursor` and `more` = `true`. */
  readonly more?: true;
  /** `true`: notifications may be missing, because they are not kept any more. The application must fetch its state. */
  readonly gap?: true;
}

/**
 * The answer to a {@link SubscribeFrame}, after the notifications that the client has missed. A channel of the frame that is in
 * neither list is one about which a later frame of the client has decided.
 */
export interface SubscribedFrame {
  /** The type of the frame. */
  readonly type: "subscribed";
  /** The id of the client's frame. */
  readonly id: string;
  /** The channels that the connection is in now. */
  readonly channels: readonly string[];
  /** The channels that it may not be in. */
  readonly refused: readonly RefusedChannel[];
  /** Where history is kept: as of a {@link RecoveredFrame}. */
  readonly cursor?: string;
  /** If the frame has `after`: as of a {@link RecoveredFrame}. */
  readonly complete?: boolean;
  /** `true`: there is more. Send `subscribe` again with `after` = `cursor` and `more` = `true`. */
  readonly more?: true;
  /** `true`: notifications may be missing, because they are not kept any more. */
  readonly gap?: true;
}

/** A channel that a connection may not be in. */
export interface RefusedChannel {
  /** As the client's frame names it. */
  readonly channel: string;
  /** A code for programs, from a closed list. */
  readonly reason: ChannelRefusal;
}

/** The answer to an {@link UnsubscribeFrame}. */
export interface UnsubscribedFrame {
  /** The type of the frame. */
  readonly type: "unsubscribed";
  /** The id of the client's frame. */
  readonly id: string;
  /** The channels of the client's frame: the connection is in none of them. */
  readonly channels: readonly string[];
}

/** The answer to a {@link PostFrame}: SUMU has the notification. */
export interface PostedFrame {
  /** The type of the frame. */
  readonly type: "posted";
  /** The id of the client's frame. */
  readonly id: string;
  /** The id of the notification: the sender gets it, too, if it is in the channel. */
  readonly notification: string;
}

/** SUMU does not do what a control frame asks for. */
export interface RefusedFrame {
  /** The type of the frame. */
  readonly type: "refused";
  /** The id of the client's frame, if the frame has a valid id. */
  readonly id?: string;
  /** The route of the client's frame. */
  readonly action: ControlAction;
  /** A code for programs, from a closed list. */
  readonly reason: RefusalReason;
  /** For people: the text may change. */
  readonly message: string;
}

/** The last frame before SUMU closes a connection of protocol 2. */
export interface DisconnectFrame {
  /** The type of the frame. */
  readonly type: "disconnect";
  /** The reason from the backend, `disconnected` if the backend gives no reason, or `revoked`. */
  readonly reason: string;
  /** `false`: do not connect again with the same token. */
  readonly reconnect: boolean;
}

/** The frames that SUMU posts to a client of protocol 2. */
export type PushedFrame =
  | NotificationFrame
  | RecoveredFrame
  | SubscribedFrame
  | UnsubscribedFrame
  | PostedFrame
  | RefusedFrame
  | DisconnectFrame;
