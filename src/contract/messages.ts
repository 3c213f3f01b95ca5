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
