import type { HandlerName } from "../contract/handlers";
import { METRIC_DIMENSIONS, METRIC_NAMESPACE } from "../contract/metrics";
import { type DashboardBody, type Graph, type Line, layOut, type Row } from "./dashboard-layout";
import { DEAD_LETTERS, handlerRows, type QueueKey, type StackPart } from "./handler-rows";
import type { Metric, StackMetrics } from "./stack-metrics";

/** Which optional parts exist. The dashboard leaves out the lines of the others. */
export type DashboardParts = Readonly<Record<StackPart, boolean>>;

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
      ...(parts.control ? [graphs(6, recoveries(metrics), controlQueue(metrics))] : []),
      ...(parts.channels ? [graphs(6, membership(metrics), channelSizes(metrics))] : []),
    ],
    region,
  );
}

const count = (metric: Metric, label: string): Line => ({ metric, stat: "Sum", label });
const most = (metric: Metric, label: string): Line => ({ metric, stat: "Maximum", label });

const PERCENTILES = ["p50", "p95", "p99"];

function percentiles(metric: Metric): readonly Line[] {
  return PERCENTILES.map((stat) => ({ metric, stat, label: stat }));
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

/** There is no metric of open connections. The line is the number of rows added, minus the number of rows removed. */
function openConnections(metrics: StackMetrics): Graph {
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

function connects(metrics: StackMetrics): Graph {
  return {
    title: "Connects and presence",
    leftLabel: "per 5 min",
    lines: [
      count(metrics.api("ConnectCount"), "connects"),
      count(metrics.own("Authorized"), "authorized"),
      count(metrics.own("Refused"), "refused"),
      count(metrics.own("Online"), "came online"),
      count(metrics.own("Closed"), "closed by the limit"),
      count(metrics.own("Offline"), "went offline"),
    ],
  };
}

function messages(metrics: StackMetrics): Graph {
  return {
    title: "Messages",
    leftLabel: "per 5 min",
    lines: [
      count(metrics.api("MessageCount"), "frames, both ways"),
      count(metrics.topic("messages", "NumberOfMessagesPublished"), "to the messages topic"),
      count(metrics.queue("messages", "NumberOfMessagesSent"), "to the messages queue"),
      count(metrics.topic("notifications", "NumberOfMessagesPublished"), "to the notifications topic"),
      count(metrics.queue("notifications", "NumberOfMessagesSent"), "to the notifications queue"),
    ],
  };
}

function deliveries(metrics: StackMetrics): Graph {
  return {
    title: "Deliveries",
    leftLabel: "per 5 min",
    lines: [
      count(metrics.own("Delivered"), "delivered"),
      count(metrics.own("Gone"), "gone"),
      count(metrics.own("Retried"), "retried"),
      count(metrics.own("Continued"), "continued"),
      count(metrics.own("Failed"), "failed"),
    ],
  };
}

function deliveryTime(metrics: StackMetrics): Graph {
  return {
    title: "Delivery time: sent by the backend until at the client's connection",
    leftLabel: "ms",
    lines: percentiles(metrics.own("DeliveryTime")),
  };
}

function integrationLatency(metrics: StackMetrics): Graph {
  return {
    title: "API integration latency",
    leftLabel: "ms",
    lines: percentiles(metrics.api("IntegrationLatency")),
  };
}

function dlqs(parts: DashboardParts): typeof DEAD_LETTERS {
  return DEAD_LETTERS.filter(({ part }) => part === undefined || parts[part]);
}

function deadLetters(metrics: StackMetrics, parts: DashboardParts): Graph {
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

function functions(parts: DashboardParts): readonly HandlerName[] {
  return handlerRows()
    .filter(({ part }) => part === undefined || parts[part])
    .map(({ handler }) => handler);
}

function functionFailures(metrics: StackMetrics, parts: DashboardParts): Graph {
  return {
    title: "Function errors and throttles",
    leftLabel: "per 5 min",
    lines: functions(parts).flatMap((key) => [
      count(metrics.function(key, "Errors"), `${key} errors`),
      count(metrics.function(key, "Throttles"), `${key} throttles`),
    ]),
  };
}

function apiErrors(metrics: StackMetrics): Graph {
  return {
    title: "API errors",
    leftLabel: "per 5 min",
    lines: [
      count(metrics.api("ExecutionError"), "execution"),
      count(metrics.api("IntegrationError"), "integration"),
      count(metrics.api("ClientError"), "client (refused connects among them)"),
    ],
  };
}

function notificationsQueue(metrics: StackMetrics): Graph {
  return queueGraph("Notifications queue", "notifications", metrics);
}

function queueGraph(title: string, key: QueueKey, metrics: StackMetrics): Graph {
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

function recoveries(metrics: StackMetrics): Graph {
  return {
    title: "Clients that were away",
    leftLabel: "per 5 min",
    lines: [
      count(metrics.own("Recoveries"), "recoveries"),
      count(metrics.own("Recovered"), "notifications recovered"),
      count(metrics.own("Gaps"), "recoveries with a gap"),
      count(metrics.own("FramesRefused"), "control frames refused"),
      count(metrics.own("FramesFailed"), "control frames failed"),
    ],
  };
}

function membership(metrics: StackMetrics): Graph {
  return {
    title: "Channels",
    leftLabel: "per 5 min",
    lines: [
      count(metrics.own("Posted"), "posts of clients"),
      count(metrics.own("Subscribed"), "joined"),
      count(metrics.own("Unsubscribed"), "left"),
      count(metrics.own("ChannelsRefused"), "refused"),
    ],
  };
}

function channelSizes(metrics: StackMetrics): Graph {
  return {
    title: "Connections that got a notification to a channel",
    leftLabel: "connections",
    lines: percentiles(metrics.own("ChannelConnections")),
  };
}

function controlQueue(metrics: StackMetrics): Graph {
  return queueGraph("Control queue", "control", metrics);
}

/** CloudWatch puts the reason there. Terraform reads `$${` as `${`. */
const REASON_LABEL = "$${PROP('Dim.reason')}";

/** A search finds them: only reasons that occur are metrics, and so lines. */
function refusals({ names }: StackMetrics): Graph {
  const { stack, reason } = METRIC_DIMENSIONS;
  const query = `{${METRIC_NAMESPACE},${stack},${reason}} MetricName="Refused" ${stack}="${names.stack}"`;
  return {
    title: "Refused connects by reason",
    leftLabel: "per 5 min",
    stacked: true,
    lines: [{ id: "refused", label: REASON_LABEL, expression: `SEARCH('${query}', 'Sum')` }],
  };
}

function presenceLag(metrics: StackMetrics, { watchdog, grace }: DashboardParts): Graph {
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

function durations(metrics: StackMetrics, parts: DashboardParts): Graph {
  return {
    title: "Function duration, p95",
    leftLabel: "ms",
    lines: functions(parts).map((key) => ({ metric: metrics.function(key, "Duration"), stat: "p95", label: key })),
  };
}

function concurrency(metrics: StackMetrics, parts: DashboardParts): Graph {
  return {
    title: "Functions at once",
    leftLabel: "functions",
    lines: functions(parts).map((key) => most(metrics.function(key, "ConcurrentExecutions"), key)),
  };
}
