import type { LogCodes } from "./log-levels";
import { BY_STACK, type MetricSet } from "./metrics";

/** Environment variables of the control function. */
export const CONTROL_ENVIRONMENT = {
  /** Where `/@connections/<id>` is. */
  endpoint: "APIGW_ENDPOINT",
  /** The dead-letter queue for messages that no try can handle. */
  deadLetterQueueUrl: "CONTROL_DLQ_URL",
  /** The table of subscriptions. Empty or unset: there are no channels. The next ones are set together with it. */
  subscriptionsTable: "SUBSCRIPTIONS_TABLE_NAME",
  connectionsTable: "CONNECTIONS_TABLE_NAME",
  /** Posts of clients go here. */
  notificationsQueueUrl: "NOTIFICATIONS_QUEUE_URL",
  /** Patterns of the channels that every user may subscribe to, joined by commas. */
  publicChannels: "CHANNELS_PUBLIC",
  /** How many channels a connection may be in. */
  channelsPerConnection: "CHANNELS_PER_CONNECTION",
} as const;

/** The metrics of one invocation of the control function. */
export const CONTROL_METRICS = {
  dimensions: BY_STACK,
  units: {
    /** Recoveries that were answered. Only with `history_seconds`, as the next two. */
    Recoveries: "Count",
    /** Notifications that clients got from history. */
    Recovered: "Count",
    /** Recoveries that may lack notifications, because they are not kept any more. */
    Gaps: "Count",
    /** Channels that connections joined. Only with `channels`, as the next three. */
    Subscribed: "Count",
    /** Channels that connections left. */
    Unsubscribed: "Count",
    /** Channels that connections may not join. */
    ChannelsRefused: "Count",
    /** Notifications that clients posted to channels. */
    Posted: "Count",
    /** Control frames that were refused, or dropped because their connection sent too many. */
    FramesRefused: "Count",
    /** Control frames that failed because a service failed. The client asks again. */
    FramesFailed: "Count",
  },
} as const satisfies MetricSet;

/** The codes of its log lines. */
export const CONTROL_LOG = {
  /** The invocation's one line; written at every level if it has a metric. */
  control_handled: "info",
  /**
   * One control frame: its request id (`frame`), the outcome, the reason of a refusal, and how many notifications were
   * `sent`. With the outcome `repeated`, SQS delivered the frame twice, and the other delivery answers. With `failure`, a
   * service failed.
   */
  frame_handled: ["info", "error"],
  /** A message of the control queue that no route has sent: it is a dead letter now. */
  message_malformed: "error",
  /** A frame could not be handled, and SQS delivers it again. */
  frame_failed: "error",
  /** The channels of a connection that is gone were removed. */
  connection_forgotten: "debug",
} as const satisfies LogCodes;
