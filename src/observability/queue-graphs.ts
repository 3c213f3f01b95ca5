import type { Graph, Line } from "./dashboard-layout";
import { most } from "./dashboard-lines";
import type { DashboardParts } from "./dashboard-parts";
import type { QueueKey } from "./handler-rows";
import type { StackMetrics } from "./stack-metrics";

export function notificationsQueue(metrics: StackMetrics): Graph {
  return queueGraph("Notifications queue", "notifications", metrics);
}

export function queueGraph(title: string, key: QueueKey, metrics: StackMetrics): Graph {
  const depth = (name: Parameters<StackMetrics["queue"]>[1], label: string) => most(metrics.queue(key, name), label);
  return {
    title,
    leftLabel: "messages",
    rightLabel: "seconds",
    lines: [
      depth("ApproximateNumberOfMessagesVisible", "waiting"),
      depth("ApproximateNumberOfMessagesNotVisible", "in flight"),
      depth("ApproximateNumberOfMessagesDelayed", "delayed"),
      { ...depth("ApproximateAgeOfOldestMessage", "age of the oldest"), yAxis: "right" },
    ],
  };
}

export function presenceLag(metrics: StackMetrics, { watchdog, grace }: DashboardParts): Graph {
  const onTheRight = (line: Line): Line => ({ ...line, yAxis: "right" });
  const lag = most(metrics.function("presence", "IteratorAge"), "stream lag, ms");
  const age = most(metrics.queue("messages", "ApproximateAgeOfOldestMessage"), "messages queue, oldest, s");
  const waiting = most(
    metrics.queue("presenceGrace", "ApproximateNumberOfMessagesDelayed"),
    "users waiting for OFFLINE",
  );
  return {
    title: watchdog ? "Backend's view: presence lag, messages queue" : "Backend's view: messages queue",
    leftLabel: "ms",
    rightLabel: "s, users",
    lines: [...(watchdog ? [lag] : []), onTheRight(age), ...(grace ? [onTheRight(waiting)] : [])],
  };
}
