/** JSON text stands for any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * What a backend sends to the notifications topic or queue.
 * `users` absent or empty: every connection but those of `exclude_users`.
 */
export interface NotificationRequest {
  readonly users?: readonly string[];
  readonly exclude_users?: readonly string[];
  /** Each connection receives the JSON text of this. */
  readonly data: Json;
}

export type PresenceStatus = "ONLINE" | "OFFLINE";

/** What the watchdog sends to the messages topic or queue when a user's state has changed. */
export interface PresenceMessage {
  readonly type: "presence";
  readonly message: {
    readonly user_id: string;
    readonly status: PresenceStatus;
    /** Epoch milliseconds. */
    readonly timestamp: number;
    /** Counts this user's changes from 1, without a gap. A version already seen is a repeat. */
    readonly version: number;
  };
}

/** Message attributes on everything that reaches the messages topic and queue. */
export const MESSAGE_ATTRIBUTES = {
  /** String. */
  userId: "user_id",
  /** Number. Epoch milliseconds: of the request, or of the presence change. */
  timestamp: "timestamp",
  /** String. One of {@link MESSAGE_SOURCES}. */
  source: "source",
  /** Number. Presence only. */
  version: "version",
} as const;

/** The values of the message attribute `source`. */
export const MESSAGE_SOURCES = {
  publish: "apigw.route.publish",
  send: "apigw.route.send",
  presence: "lambda.presence.watchdog",
} as const;

/** A message attribute as SQS hands it to a consumer (`MessageAttributes` of ReceiveMessage). */
export interface ReceivedAttribute<DataType extends "String" | "Number" = "String" | "Number"> {
  readonly DataType: DataType;
  readonly StringValue: string;
}

/** What a client has sent or published, as a consumer receives it from SQS. */
export interface ReceivedClientMessage {
  /** A string's own text, anything else as its JSON text: whoever sends both has to tell them apart. */
  readonly Body: string;
  readonly MessageAttributes: {
    readonly user_id: ReceivedAttribute<"String">;
    readonly timestamp: ReceivedAttribute<"Number">;
    readonly source: ReceivedAttribute<"String">;
  };
}

/** A presence event, as a consumer receives it from SQS. */
export interface ReceivedPresenceEvent {
  /** JSON text of a {@link PresenceMessage}. */
  readonly Body: string;
  readonly MessageAttributes: ReceivedClientMessage["MessageAttributes"] & {
    readonly version: ReceivedAttribute<"Number">;
  };
}
