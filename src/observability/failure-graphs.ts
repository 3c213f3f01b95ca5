import { METRIC_DIMENSIONS, METRIC_NAMESPACE } from "../contract/metrics";
import type { Graph } from "./dashboard-layout";
import { count, countsGraph, most } from "./dashboard-lines";
import { type DashboardParts, dlqs, functions } from "./dashboard-parts";
import type { StackMetrics } from "./stack-metrics";

export function deadLetters(metrics: StackMetrics, parts: DashboardParts): Graph {
  const lines = dlqs(parts).map(({ key, label }) =>
    most(metrics.queue(key, "ApproximateNumberOfMessagesVisible"), label),
  );
  return {
    title: "Dead letters waiting",
    leftLabel: "messages",
    stacked: true,
    lines: [
      ...lines,
      count(metrics.topic("notifications", "NumberOfNotificationsFailed"), "topic could not hand to the pusher"),
    ],
  };
}

export function functionFailures(metrics: StackMetrics, parts: DashboardParts): Graph {
  return countsGraph(
    "Function errors and throttles",
    functions(parts).flatMap((key) => [
      count(metrics.function(key, "Errors"), `${key} errors`),
      count(metrics.function(key, "Throttles"), `${key} throttles`),
    ]),
  );
}

export function apiErrors(metrics: StackMetrics): Graph {
  return countsGraph("API errors", [
    count(metrics.api("ExecutionError"), "execution"),
    count(metrics.api("IntegrationError"), "integration"),
    count(metrics.api("ClientError"), "client (refused connects among them)"),
  ]);
}

/** CloudWatch puts the reason there. Terraform reads `$${` as `${`. */
const REASON_LABEL = "$${PROP('Dim.reason')}";

/** A search finds them: only reasons that occur are metrics, and so lines. */
export function refusals({ names }: StackMetrics): Graph {
  const { stack, reason } = METRIC_DIMENSIONS;
  const query = `{${METRIC_NAMESPACE},${stack},${reason}} MetricName="Refused" ${stack}="${names.stack}"`;
  const line = { id: "refused", label: REASON_LABEL, expression: `SEARCH('${query}', 'Sum')` };
  return { ...countsGraph("Refused connects by reason", [line]), stacked: true };
}
