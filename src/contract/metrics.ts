/** The namespace of every metric of SUMU's own in CloudWatch. */
export const METRIC_NAMESPACE = "SUMU";

/** What tells one metric of a name from another. */
export const METRIC_DIMENSIONS = {
  /** `<prefix>-sumu`: one account may hold many. */
  stack: "stack",
  /** Why the authorizer refused: a code of a closed list, never a word of the client's. */
  reason: "reason",
} as const;

/** Units as CloudWatch spells them. */
export type MetricUnit = "Count" | "Milliseconds";

/** Metrics that are sent together, with the same dimensions. */
export interface MetricSet<Name extends string = string> {
  /** Each metric is kept once by each of these sets of dimensions, and costs as often. */
  readonly dimensions: readonly (readonly string[])[];
  /** The metrics by name. */
  readonly units: Readonly<Record<Name, MetricUnit>>;
}

const BY_STACK = [[METRIC_DIMENSIONS.stack]];

/** What one invocation of the pusher did. */
export const PUSHER_METRICS = {
  dimensions: BY_STACK,
  units: {
    /** Messages that API Gateway took for a connection. */
    Delivered: "Count",
    /** Connections found closed; their rows are removed. */
    Gone: "Count",
    /** Tries that failed for now: throttled, refused, timed out. Each is repeated, here or in a later invocation. */
    Retried: "Count",
    /** Connections handed over to a later invocation, for want of time or after too many tries; unread parts count as one. */
    Continued: "Count",
    /** What was given up on, connection by connection, or could be handed to no queue; a malformed notification counts as one. */
    Failed: "Count",
    /** From when the queue or topic took the notification until a connection had it: a sample of 100 an invocation. */
    DeliveryTime: "Milliseconds",
  },
} as const satisfies MetricSet;

/** An authorizer's decision to admit. */
export const AUTHORIZED_METRICS = {
  dimensions: BY_STACK,
  units: { Authorized: "Count" },
} as const satisfies MetricSet;

/** An authorizer's decision to refuse: in all, and by reason. */
export const REFUSED_METRICS = {
  dimensions: [[METRIC_DIMENSIONS.stack], [METRIC_DIMENSIONS.stack, METRIC_DIMENSIONS.reason]],
  units: { Refused: "Count" },
} as const satisfies MetricSet;

/**
 * What one invocation of the presence watchdog told the backend (a repeat after a failure counts again), and the
 * connections that it closed because their users had too many.
 */
export const PRESENCE_METRICS = {
  dimensions: BY_STACK,
  units: { Online: "Count", Offline: "Count", Closed: "Count" },
} as const satisfies MetricSet;

/** All metrics of the handlers. */
export const HANDLER_METRICS: readonly MetricSet[] = [
  PUSHER_METRICS,
  AUTHORIZED_METRICS,
  REFUSED_METRICS,
  PRESENCE_METRICS,
];

/** The values that one line may hold for one metric. */
export const MAX_METRIC_VALUES = 100;
