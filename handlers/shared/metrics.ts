import { METRIC_NAMESPACE, type MetricSet } from "../../src/contract/metrics";

/** A metric's value in one invocation, or a list of at most 100 values. */
export type MetricValue = number | readonly number[];

/**
 * The values of a set's metrics. An absent value or 0 is not sent, because a metric is billed for each hour with data.
 */
export type MetricValues<Set extends MetricSet> = Readonly<Partial<Record<keyof Set["units"] & string, MetricValue>>>;

/**
 * Metrics as members of a log line, in CloudWatch's embedded metric format. CloudWatch Logs reads them from the line,
 * so a handler calls no API and needs no right for it. The dimensions' values are members of the line, too.
 *
 * @param now - Epoch milliseconds.
 * @returns no members if there is no value to send.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics<Set extends MetricSet>(
  { dimensions, units }: Set,
  values: MetricValues<Set>,
  now: number,
): Readonly<Record<string, unknown>> {
  const sent = Object.entries<MetricValue | undefined>(values).filter(([, value]) => isSent(value));
  if (sent.length === 0) return {};
  return {
    ...Object.fromEntries(sent),
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: dimensions,
          Metrics: sent.map(([name]) => ({ Name: name, Unit: units[name as keyof Set["units"] & string] })),
        },
      ],
    },
  };
}

function isSent(value: MetricValue | undefined): boolean {
  return typeof value === "number" ? value !== 0 : value !== undefined && value.length > 0;
}
