import type { Graph } from "./dashboard-layout";
import { count, countsGraph, most, percentiles } from "./dashboard-lines";
import { type DashboardParts, functions } from "./dashboard-parts";
import type { HandlerRow, QueueKey } from "./handler-rows";
import { queueGraph } from "./queue-graphs";
import type { StackMetrics } from "./stack-metrics";

export function durations(metrics: StackMetrics, parts: DashboardParts): Graph {
  return {
    title: "Function duration, p95",
    leftLabel: "ms",
    lines: functions(parts).map((key) => ({ metric: metrics.function(key, "Duration"), stat: "p95", label: key })),
  };
}

export function concurrency(metrics: StackMetrics, parts: DashboardParts): Graph {
  return {
    title: "Functions at once",
    leftLabel: "functions",
    lines: functions(parts).map((key) => most(metrics.function(key, "ConcurrentExecutions"), key)),
  };
}

/** The graphs that a handler's row asks for. */
export function ownGraphs({ graphs = [] }: HandlerRow, metrics: StackMetrics, parts: DashboardParts): readonly Graph[] {
  const existing = graphs.filter(({ part }) => part === undefined || parts[part]);
  return existing.map((graph) => {
    const { title } = graph;
    if ("queue" in graph) return queueGraph(title, graph.queue as QueueKey, metrics);
    if ("percentilesOf" in graph) {
      return { title, leftLabel: graph.unit, lines: percentiles(metrics.own(graph.percentilesOf)) };
    }
    const lines = graph.counts.map(([name, label]) => count(metrics.own(name), label));
    return countsGraph(title, lines);
  });
}
