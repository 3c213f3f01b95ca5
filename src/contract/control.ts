/**
 * The control routes, by the name that constructs, addresses and tests give them. Their frames go to the control queue,
 * and the control function answers on the socket.
 */
export const CONTROL_ROUTE_KEYS = {
  /** Sends again what a client has missed. Exists with `history_seconds`. */
  recover: "recover",
  /** Joins channels. Exists with `channels`, as the next two. */
  subscribe: "subscribe",
  /** Leaves channels. */
  unsubscribe: "unsubscribe",
  /** Sends a notification to a channel. */
  post: "post",
} as const;

/** The route key of a control frame. */
export type ControlAction = (typeof CONTROL_ROUTE_KEYS)[keyof typeof CONTROL_ROUTE_KEYS];

/**
 * Message attributes of the control queue. API Gateway sets them. So they are facts, whatever the client wrote into the
 * frame. The body of the message is the client's frame as it came.
 */
export const CONTROL_ATTRIBUTES = {
  /** String. `sub` of the token with which the client connected. */
  userId: "user_id",
  /** String. API Gateway's connection id. */
  connectionId: "connection_id",
  /** Number. Epoch milliseconds of the frame. */
  timestamp: "timestamp",
  /** String. The frame's route key. */
  action: "action",
  /** String. API Gateway's id of the request, as in the access log. */
  requestId: "request_id",
  /** String. The protocol of the client: one of PROTOCOLS, in digits. */
  protocol: "protocol",
  /** Number. When the connection ends: epoch milliseconds. 0: API Gateway's own limit ends it. */
  expiresAt: "expires_at",
  /** String. The channels that the authorizer granted. Absent if it granted none. */
  grants: "grants",
} as const;

/**
 * The attribute `action` of a message from the presence watchdog: the connection `connection_id` is gone, and leaves its
 * channels. It is not a route, so no client can send it.
 */
export const CONNECTION_GONE = "connection_gone";

/** Why a control frame is refused. The list is closed: a new reason is a new version of the wire contract. */
export const REFUSAL_REASONS = [
  /** The frame is not JSON of the route's form. `message` says what is wrong. */
  "malformed",
  /** The client has not connected with `&protocol=2`. */
  "protocol",
  /** The connection's token has ended. Connect again with a new token. */
  "connection_ended",
  /** This SUMU keeps no history. */
  "no_history",
  /** This SUMU has no channels. */
  "no_channels",
  /** The user's token does not allow to post to this channel. */
  "not_allowed",
  /** The data of a post is too large for one notification. */
  "too_large",
  /** The client asks too often. Ask again later. */
  "too_many_requests",
  /** A service did not answer in time. Ask again. */
  "unavailable",
] as const;

/** One of {@link REFUSAL_REASONS}. */
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The longest `id` that a client may give a control frame, in characters. */
export const CONTROL_ID_CHARACTERS = 128;
