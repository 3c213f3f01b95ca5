/** JSON text stands for any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * What a backend sends to the notifications topic or queue.
 * `users` absent or empty: every connection but those of `exclude_users`. A member that looks like one of the two (`user`,
 * `userIds`, `exclude`) where that one is missing makes the request malformed: it goes to the dead-letter queue.
 */
export interface NotificationRequest {
  /** Whom it is for; naming one twice notifies once. */
  readonly users?: readonly string[];
  /** Whom it is not for, whoever else it names. */
  readonly exclude_users?: readonly string[];
  /** Each connection receives the JSON text of this. */
  readonly data: Json;
}

/** Whom an explicit notification is for: users (an empty list is nobody), or every connection. */
export type NotificationAudience = "everyone" | NamedUsers;

/** Users by name. */
export interface NamedUsers {
  /** Naming one twice is naming it once. An empty list is nobody. */
  readonly users: readonly string[];
}

/**
 * A notification that names its audience, to the notifications topic or queue. Nothing that is left out means everyone.
 * A member that is not one of these makes the request malformed: it goes to the dead-letter queue.
 */
export interface ExplicitNotificationRequest {
  /** What, and to whom. */
  readonly notification: {
    /** Whom it is for. */
    readonly to: NotificationAudience;
    /** Whom it is not for, whatever `to` says. */
    readonly except?: NamedUsers;
    /**
     * What clients of protocol 2 get as its id: 1 to 128 visible ASCII characters. Without it they get the message id of
     * SQS or SNS, which is another one when the request is sent twice.
     */
    readonly id?: string;
    /** `false`: it does not go into history. */
    readonly keep?: boolean;
    /** Each client receives the JSON text of this: at most 128 KB with the envelope of protocol 2. */
    readonly data: Json;
  };
}

/**
 * Closes the connections of users, to the notifications topic or queue. A connection that begins after the request was
 * handled stays: to keep a user out, use {@link RevokeRequest}.
 */
export interface DisconnectRequest {
  /** Whose, and why. */
  readonly disconnect: {
    /** An empty list is nobody. */
    readonly users: readonly string[];
    /** What clients of protocol 2 are told before: 1 to 64 letters, digits and `_.:-`. Without it: `disconnected`. */
    readonly reason?: string;
  };
}

/** Makes the authorizer refuse tokens of users, and closes their connections. Needs the input `revocations`. */
export interface RevokeRequest {
  /** Whose, and which. */
  readonly revoke: {
    /** An empty list is nobody. */
    readonly users: readonly string[];
    /** Epoch seconds: tokens whose `iat` is before this time are refused. A later time that was set before stays. */
    readonly issued_before: number;
  };
}

/** What a backend may send to the notifications topic or queue. */
export type BackendRequest = NotificationRequest | ExplicitNotificationRequest | DisconnectRequest | RevokeRequest;

/** ONLINE with a user's first connection, OFFLINE when the last is gone. */
export type PresenceStatus = "ONLINE" | "OFFLINE";

/** What the watchdog sends to the messages topic or queue when a user's state has changed. */
export interface PresenceMessage {
  /** The same in every event. A client can send a body like this, too: only the attribute `source` says who has sent it. */
  readonly type: "presence";
  /** Who, what and when. */
  readonly message: {
    /** The token's `sub`. */
    readonly user_id: string;
    /** The user's state now. */
    readonly status: PresenceStatus;
    /** Epoch milliseconds. */
    readonly timestamp: number;
    /** Grows with each of this user's changes, and never goes back. A version that is not higher is old, or a repeat. */
    readonly version: number;
  };
}

/** Message attributes on everything that reaches the messages topic and queue. */
export const MESSAGE_ATTRIBUTES = {
  /** String. */
  userId: "user_id",
  /** Number. Epoch milliseconds: of the request, or of the presence change. */
  timestamp: "timestamp",
  /** String. One of {@link MESSAGE_SOURCES}. Only this says whether a message is presence: a client may send any body. */
  source: "source",
  /** Number. Presence only. */
  version: "version",
} as const;

/** The values of the message attribute `source`. */
export const MESSAGE_SOURCES = {
  /** A client published it: it comes by the messages topic. */
  publish: "apigw.route.publish",
  /** A client sent it: it comes by the messages queue. */
  send: "apigw.route.send",
  /** The presence watchdog tells of a user: by the one that `presenceSource` names. */
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
  /** The value, a Number's too, in characters. */
  readonly StringValue: string;
}

/** What a client has sent or published, as a consumer receives it from SQS. */
export interface ReceivedClientMessage {
  /** A string's own text, anything else as its JSON text: whoever sends both has to tell them apart. */
  readonly Body: string;
  /** Who, when and by which route. */
  readonly MessageAttributes: {
    /** `sub` of the token with which the client has connected. */
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
  /** As of a client's message, and which change of the user's it is. */
  readonly MessageAttributes: ReceivedClientMessage["MessageAttributes"] & {
    /** Grows with each of the user's changes, and never goes back: one that is not higher is old, or a repeat. */
    readonly version: ReceivedAttribute<"Number">;
  };
}
