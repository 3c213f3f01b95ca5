import { type DashboardBody, type Graph, type Line, layOut, type Row } from "./dashboard-layout";
import { count, most } from "./dashboard-lines";
import { type DashboardParts, dlqs, existingRows } from "./dashboard-parts";
import { apiErrors, deadLetters, functionFailures, refusals } from "./failure-graphs";
import { concurrency, durations, ownGraphs } from "./function-graphs";
import { notificationsQueue, presenceLag } from "./queue-graphs";
import type { StackMetrics } from "./stack-metrics";
import { connects, deliveries, deliveryTime, integrationLatency, messages, openConnections } from "./traffic-graphs";

/**
 * An overview of a SUMU: connections, messages, deliveries and their times, failures. The first row has numbers for the
 * selected range. The other rows show the course over time.
 */
export function dashboardBody(metrics: StackMetrics, parts: DashboardParts, region: string): DashboardBody {
  const graphs = (height: number, ...row: Graph[]): Row => ({ kind: "graphs", height, graphs: row });
  return layOut(
    [
      {
        kind: "text",
        height: 2,
        markdown: `## ${metrics.names.stack}\nNumbers are for the range above. Open connections are a change since its left edge: rows put, less rows deleted or expired.`,
      },
      graphs(4, ...numbers(metrics, parts)),
      graphs(6, openConnections(metrics), connects(metrics), messages(metrics)),
      graphs(6, deliveries(metrics), deliveryTime(metrics), integrationLatency(metrics)),
      graphs(6, deadLetters(metrics, parts), functionFailures(metrics, parts), apiErrors(metrics)),
      graphs(6, notificationsQueue(metrics), refusals(metrics), presenceLag(metrics, parts)),
      graphs(6, durations(metrics, parts), concurrency(metrics, parts)),
      ...existingRows(parts).flatMap((row) =>
        inPairs(ownGraphs(row, metrics, parts)).map((pair) => graphs(6, ...pair)),
      ),
    ],
    region,
  );
}

function numbers(metrics: StackMetrics, parts: DashboardParts): readonly Graph[] {
  const one = (title: string, ...lines: Graph["lines"]): Graph => ({ title, view: "singleValue", lines });
  const letters = dlqs(parts).map(
    ({ key }, index): Line => ({
      ...most(metrics.queue(key, "ApproximateNumberOfMessagesVisible"), key),
      id: `q${index}`,
      visible: false,
    }),
  );
  return [
    one("Connects", count(metrics.api("ConnectCount"), "connects")),
    one("Messages, both ways", count(metrics.api("MessageCount"), "messages")),
    one("Delivered", count(metrics.own("Delivered"), "delivered")),
    one("Delivery time, p95", { metric: metrics.own("DeliveryTime"), stat: "p95", label: "ms" }),
    one("Refused", count(metrics.own("Refused"), "refused")),
    one("Dead letters, most at once", ...letters, { id: "letters", label: "messages", expression: "SUM(METRICS())" }),
  ];
}

function inPairs<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return items.flatMap((_, index) => (index % 2 === 0 ? [items.slice(index, index + 2)] : []));
}
