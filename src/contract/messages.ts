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
