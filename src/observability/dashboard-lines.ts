import type { Graph, Line } from "./dashboard-layout";
import type { Metric } from "./stack-metrics";

export const count = (metric: Metric, label: string): Line => ({ metric, stat: "Sum", label });
export const most = (metric: Metric, label: string): Line => ({ metric, stat: "Maximum", label });

const PERCENTILES = ["p50", "p95", "p99"];

export function percentiles(metric: Metric): readonly Line[] {
  return PERCENTILES.map((stat) => ({ metric, stat, label: stat }));
}

/** A graph of what was counted in each period. */
export const countsGraph = (title: string, lines: Graph["lines"]): Graph => ({ title, leftLabel: "per 5 min", lines });
