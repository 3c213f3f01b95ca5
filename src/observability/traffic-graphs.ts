import type { Graph, Line } from "./dashboard-layout";
import { count, countsGraph, percentiles } from "./dashboard-lines";
import type { Metric, StackMetrics } from "./stack-metrics";

/** There is no metric of open connections. The line is the number of rows added, minus the number of rows removed. */
export function openConnections(metrics: StackMetrics): Graph {
  const operand = (id: string, metric: Metric, stat: string): Line => ({ metric, stat, label: id, id, visible: false });
  return {
    title: "Open connections, change since the left edge (estimate)",
    lines: [
      operand("came", metrics.connectionsRequests("PutItem"), "SampleCount"),
      operand("went_deleted", metrics.connectionsRequests("DeleteItem"), "SampleCount"),
      operand("went_expired", metrics.connectionsExpired(), "Sum"),
      {
        id: "open",
        label: "connections",
        // A sum over METRICS skips metrics without data. With operands by name, one metric without data would remove
        // the whole line.
        expression: 'RUNNING_SUM(FILL(SUM(METRICS("came")),0)-FILL(SUM(METRICS("went")),0))',
      },
    ],
  };
}

export function connects(metrics: StackMetrics): Graph {
  return countsGraph("Connects and presence", [
    count(metrics.api("ConnectCount"), "connects"),
    count(metrics.own("Authorized"), "authorized"),
    count(metrics.own("Refused"), "refused"),
    count(metrics.own("Online"), "came online"),
    count(metrics.own("Closed"), "closed by the limit"),
    count(metrics.own("Offline"), "went offline"),
  ]);
}

export function messages(metrics: StackMetrics): Graph {
  return countsGraph("Messages", [
    count(metrics.api("MessageCount"), "frames, both ways"),
    count(metrics.topic("messages", "NumberOfMessagesPublished"), "to the messages topic"),
    count(metrics.queue("messages", "NumberOfMessagesSent"), "to the messages queue"),
    count(metrics.topic("notifications", "NumberOfMessagesPublished"), "to the notifications topic"),
    count(metrics.queue("notifications", "NumberOfMessagesSent"), "to the notifications queue"),
  ]);
}

export function deliveries(metrics: StackMetrics): Graph {
  return countsGraph("Deliveries", [
    count(metrics.own("Delivered"), "delivered"),
    count(metrics.own("Gone"), "gone"),
    count(metrics.own("Retried"), "retried"),
    count(metrics.own("Continued"), "continued"),
    count(metrics.own("Failed"), "failed"),
  ]);
}

export function deliveryTime(metrics: StackMetrics): Graph {
  return {
    title: "Delivery time: sent by the backend until at the client's connection",
    leftLabel: "ms",
    lines: percentiles(metrics.own("DeliveryTime")),
  };
}

export function integrationLatency(metrics: StackMetrics): Graph {
  return {
    title: "API integration latency",
    leftLabel: "ms",
    lines: percentiles(metrics.api("IntegrationLatency")),
  };
}
