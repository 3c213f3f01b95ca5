/** JSON text represents any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * What a backend sends to the notifications topic or queue.
 * If `users` is absent or empty, every connection gets it except those of `exclude_users`. If a member looks like one
 * of the two (`user`, `userIds`, `exclude`) and the real one is missing, the request is malformed and goes to the
 * dead-letter queue.
 */
export interface NotificationRequest {
  /** The users who get it. If a user is named twice, the user is notified once. */
  readonly users?: readonly string[];
  /** The users who do not get it, even if `users` names them. */
  readonly exclude_users?: readonly string[];
  /** Each connection receives the JSON text of this. */
  readonly data: Json;
}

/** The audience of an explicit notification: users or channels (an empty list is nobody), or every connection. */
export type NotificationAudience = "everyone" | NamedUsers | NamedChannels;

/** Channels by name. */
export interface NamedChannels {
  /** At most 100. A connection that is in two of them gets the notification for each. */
  readonly channels: readonly string[];
}

/** Users by name. */
export interface NamedUsers {
  /** If a user is named twice, the user counts once. An empty list is nobody. */
  readonly users: readonly string[];
}

/**
 * A notification that names its audience, to the notifications topic or queue. A missing member never means everyone. A
 * member that is not listed here makes the request malformed: it goes to the dead-letter queue.
 */
export interface ExplicitNotificationRequest {
  /** The data and the audience. */
  readonly notification: {
    /** The users who get it. */
    readonly to: NotificationAudience;
    /** The users who do not get it, even if `to` names them. */
    readonly except?: NamedUsers;
    /**
     * The id that clients of protocol 2 get: 1 to 128 visible ASCII characters. Without it they get the message id of
     * SQS or SNS. That id is different if the request is sent twice.
     */
    readonly id?: string;
    /** `false`: it is not kept in history. */
    readonly keep?: boolean;
    /** Each client receives the JSON text of this: at most 128 KB with the envelope of protocol 2. */
    readonly data: Json;
  };
}

/**
 * Closes the connections of users, to the notifications topic or queue. A connection that begins after the request was
 * handled stays open. To keep a user out, use {@link RevokeRequest}.
 */
export interface DisconnectRequest {
  /** The users and the reason. */
  readonly disconnect: {
    /** An empty list is nobody. */
    readonly users: readonly string[];
    /**
     * The reason that clients of protocol 2 get first: 1 to 64 letters, digits and `_.:-`. Without it: `disconnected`.
     */
    readonly reason?: string;
  };
}

/** Makes the authorizer refuse tokens of users, and closes their connections. Needs the input `revocations`. */
export interface RevokeRequest {
  /** The users, and which of their tokens. */
  readonly revoke: {
    /** An empty list is nobody. */
    readonly users: readonly string[];
    /** Epoch seconds: tokens whose `iat` is before this time are refused. If a later time was set before, it stays. */
    readonly issued_before: number;
  };
}

/** The requests that a backend may send to the notifications topic or queue. */
export type BackendRequest = NotificationRequest | ExplicitNotificationRequest | DisconnectRequest | RevokeRequest;

/** ONLINE with a user's first connection, OFFLINE when the last connection is gone. */
export type PresenceStatus = "ONLINE" | "OFFLINE";

/** The event that the watchdog sends to the messages topic or queue when a user's state has changed. */
export interface PresenceMessage {
  /**
   * The same in every event. A client can send a body like this, too: only the attribute `source` shows the real
   * sender.
   */
  readonly type: "presence";
  /** The user, the state and the time. */
  readonly message: {
    /** The token's `sub`. */
    readonly user_id: string;
    /** The user's state now. */
    readonly status: PresenceStatus;
    /** Epoch milliseconds. */
    readonly timestamp: number;
    /**
     * Grows with each change of this user, and never decreases. If a version is not higher than the last, the event is
     * old or a repeat.
     */
    readonly version: number;
  };
}

/** Message attributes of every message in the messages topic and queue. */
export const MESSAGE_ATTRIBUTES = {
  /** String. */
  userId: "user_id",
  /** Number. Epoch milliseconds: of the request, or of the presence change. */
  timestamp: "timestamp",
  /**
   * String. One of {@link MESSAGE_SOURCES}. Only this shows whether a message is presence: a client may send any body.
   */
  source: "source",
  /** Number. Presence only. */
  version: "version",
} as const;

/** The values of the message attribute `source`. */
export const MESSAGE_SOURCES = {
  /** A client published it: it arrives through the messages topic. */
  publish: "apigw.route.publish",
  /** A client sent it: it arrives through the messages queue. */
  send: "apigw.route.send",
  /** The presence watchdog sent it: it arrives through the target that `presenceSource` names. */
  presence: "lambda.presence.watchdog",
} as const;

/** Where a message comes from: a value of {@link MESSAGE_SOURCES}. */
export type MessageSource = (typeof MESSAGE_SOURCES)[keyof typeof MESSAGE_SOURCES];

/**
 * A message attribute as SQS hands it to a consumer (`MessageAttributes` of ReceiveMessage). In the event of a Lambda
 * function on the topic, a Number has the type `String`.
 */
export interface ReceivedAttribute<DataType extends "String" | "Number" = "String" | "Number"> {
  /** SQS's name of the type. */
  readonly DataType: DataType;
  /** The value as text, also for a Number. */
  readonly StringValue: string;
}

/** A message that a client sent or published, as a consumer receives it from SQS. */
export interface ReceivedClientMessage {
  /** A string arrives as its own text, anything else as its JSON text. The sender must make the two distinguishable. */
  readonly Body: string;
  /** The sender, the time and the route. */
  readonly MessageAttributes: {
    /** `sub` of the token with which the client connected. */
    readonly user_id: ReceivedAttribute<"String">;
    /** Epoch milliseconds of the request, in digits. */
    readonly timestamp: ReceivedAttribute<"Number">;
    /** A {@link MessageSource}. */
    readonly source: ReceivedAttribute<"String">;
  };
}

/** A presence event, as a consumer receives it from SQS. */
export interface ReceivedPresenceEvent {
  /** JSON text of a {@link PresenceMessage}. */
  readonly Body: string;
  /** The same attributes as a client's message has, and the version of the user's state. */
  readonly MessageAttributes: ReceivedClientMessage["MessageAttributes"] & {
    /**
     * Grows with each change of the user, and never decreases. If a version is not higher than the last, the event is
     * old or a repeat.
     */
    readonly version: ReceivedAttribute<"Number">;
  };
}
