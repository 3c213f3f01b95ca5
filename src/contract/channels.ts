/**
 * A row of the subscriptions table: a connection is in a channel, or was. Hash key `channel`, range key `connection_id`. The
 * index {@link SUBSCRIPTIONS_BY_CONNECTION} finds the channels of a connection.
 */
export const SUBSCRIPTION = {
  /** S. The channel's name: {@link CHANNEL_NAME}. */
  channel: "channel",
  /** S. API Gateway's connection id. */
  connectionId: "connection_id",
  /** S. The user of the connection. */
  userId: "user_id",
  /** N. Epoch milliseconds at which the handshake of the connection began, as in the connection's row. */
  connectedAt: "connected_at",
  /** N. The protocol of the client, as in the connection's row. Absent: bare notifications. */
  protocol: "protocol",
  /** N. Epoch milliseconds of the client's frame that decided about this row. An older frame changes nothing. */
  subscribedAt: "subscribed_at",
  /**
   * BOOL. True: the connection has left the channel, and gets nothing. The row stays as long as the connection, because a
   * frame that the client sent earlier may arrive later. Absent: the connection is in the channel.
   */
  left: "unsubscribed",
  /** N. Epoch seconds: the `delete_at` of the connection's row. Nothing is delivered after that (the TTL attribute). */
  deleteAt: "delete_at",
} as const;

/** The index of the subscriptions table: hash key `connection_id`, range key `channel`. It also has `unsubscribed`. */
export const SUBSCRIPTIONS_BY_CONNECTION = "by_connection";

/** The longest name of a channel, and the longest pattern, in characters. */
export const MAX_CHANNEL_NAME_LENGTH = 128;

/** The name of a channel. */
export const CHANNEL_NAME = /^[A-Za-z0-9_.:=@-]{1,128}$/;

/** A pattern of channels: a name, or the beginning of names with `*` at the end. `*` alone is every channel. */
export const CHANNEL_PATTERN = /^([A-Za-z0-9_.:=@-]{1,128}|[A-Za-z0-9_.:=@-]{0,127}[*])$/;

/** How many channels one frame of a client, or one notification, may name. */
export const MAX_CHANNELS_AT_ONCE = 100;

/** The longest `key` of a post, in characters. */
export const POST_KEY_CHARACTERS = 64;

/** The default of how many channels a connection may be in at the same time, and its bounds. */
export const CHANNELS_PER_CONNECTION = { fallback: 100, min: 1, max: 1_000 } as const;

/** The longest list of public patterns, joined by commas: Lambda limits a function's environment to 4 KB in all. */
export const MAX_PUBLIC_PATTERNS_LENGTH = 1_024;

/**
 * The longest `grants`, in bytes. API Gateway accepts 8 KB from an authorizer, which also have the user's id (4 KB as
 * JSON, at most) and the policy.
 */
export const MAX_GRANTS_BYTES = 4_096;

/** Why a channel is refused alone, in the answer to `subscribe`. The list is closed. */
export const CHANNEL_REFUSALS = [
  /** It is not the name of a channel. */
  "invalid_name",
  /** Neither a public pattern nor a claim of the user's token allows it. */
  "not_allowed",
  /** The connection is in as many channels as it may be. */
  "too_many_channels",
] as const;

/** One of {@link CHANNEL_REFUSALS}. */
export type ChannelRefusal = (typeof CHANNEL_REFUSALS)[number];

/**
 * In `grants`: patterns of channels to subscribe to, then of channels to post to. No pattern has these characters.
 *
 * @example
 * "room:* lobby;room:42" // subscribe to every room and to the lobby, post to room 42
 */
export const GRANTS_SEPARATORS = { lists: ";", patterns: " " } as const;

/**
 * The message attribute of the notifications queue that says which user has posted a notification. The control function
 * sets it. A client cannot set an attribute, so its frame cannot name another user.
 */
export const POSTED_BY_ATTRIBUTE = "sumu_posted_by";
