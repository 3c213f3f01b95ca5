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

/** The dimensions of most metrics. */
export const BY_STACK = [[METRIC_DIMENSIONS.stack]];

/** How many values of one metric a line may have. */
export const MAX_METRIC_VALUES = 100;
