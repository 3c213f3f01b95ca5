/** The namespace of every metric of SUMU's own in CloudWatch. */
export const METRIC_NAMESPACE = "SUMU";

/** The dimensions of a metric: they separate metrics of the same name. */
export const METRIC_DIMENSIONS = {
  /** `<prefix>-sumu`: one account may have many. */
  stack: "stack",
  /** The reason of a refusal: a code from a closed list, never text from the client. */
  reason: "reason",
} as const;

/** Units as CloudWatch spells them. */
export type MetricUnit = "Count" | "Milliseconds";

/** Metrics that are sent together, with the same dimensions. */
export interface MetricSet<Name extends string = string> {
  /** The sets of dimensions. CloudWatch stores each metric once for each set, and bills it as often. */
  readonly dimensions: readonly (readonly string[])[];
  /** The metrics by name. */
  readonly units: Readonly<Record<Name, MetricUnit>>;
}

const BY_STACK = [[METRIC_DIMENSIONS.stack]];

/** The metrics of one invocation of the pusher. */
export const PUSHER_METRICS = {
  dimensions: BY_STACK,
  units: {
    /** Messages that API Gateway accepted for a connection. */
    Delivered: "Count",
    /** Connections that were already closed; their rows are removed. */
    Gone: "Count",
    /**
     * Tries that failed temporarily: throttled, refused, timed out. Each is repeated, in this invocation or a later
     * one.
     */
    Retried: "Count",
    /**
     * Connections passed to a later invocation, because time was short or after too many tries. Unread parts count as
     * one.
     */
    Continued: "Count",
    /** Connections that were given up on, or that no queue accepted. A malformed notification counts as one. */
    Failed: "Count",
    /**
     * The time from when the queue or topic accepted the notification until a connection had it: a sample of 100 per
     * invocation.
     */
    DeliveryTime: "Milliseconds",
    /** The connections in a channel that got a notification, or in a part of a large channel: a sample of 100 per invocation. */
    ChannelConnections: "Count",
  },
} as const satisfies MetricSet;

/** The authorizer admitted a client. */
export const AUTHORIZED_METRICS = {
  dimensions: BY_STACK,
  units: { Authorized: "Count" },
} as const satisfies MetricSet;

/** The authorizer refused a client: in total, and by reason. */
export const REFUSED_METRICS = {
  dimensions: [[METRIC_DIMENSIONS.stack], [METRIC_DIMENSIONS.stack, METRIC_DIMENSIONS.reason]],
  units: { Refused: "Count" },
} as const satisfies MetricSet;

/**
 * The events that one invocation of the presence watchdog sent to the backend (a repeat after a failure counts again),
 * and the connections that it closed because their users had too many.
 */
export const PRESENCE_METRICS = {
  dimensions: BY_STACK,
  units: { Online: "Count", Offline: "Count", Closed: "Count" },
} as const satisfies MetricSet;

/** The control function: the frames that it handled, and what clients recovered. */
export const CONTROL_METRICS = {
  dimensions: BY_STACK,
  units: {
    /** Recoveries that were answered. */
    Recoveries: "Count",
    /** Notifications that clients got from history. */
    Recovered: "Count",
    /** Recoveries that may lack notifications, because they are not kept any more. */
    Gaps: "Count",
    /** Channels that connections joined, and that they left. */
    Subscribed: "Count",
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

/** All metrics of the handlers. */
export const HANDLER_METRICS: readonly MetricSet[] = [
  PUSHER_METRICS,
  AUTHORIZED_METRICS,
  REFUSED_METRICS,
  PRESENCE_METRICS,
  CONTROL_METRICS,
];

/** How many values of one metric a line may have. */
export const MAX_METRIC_VALUES = 100;
