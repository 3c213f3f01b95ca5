import { HANDLER_OUTPUTS, HANDLERS } from "../../src/contract/handlers";
import { METRIC_NAMESPACE, type MetricSet } from "../../src/contract/metrics";
import type { EmittedMetric } from "../support/embedded-metrics";
import { type Applied, appliedModule } from "./support/applied-module";
import { AWS_METRICS } from "./support/aws-metrics";
import { type DashboardWidget, type Rendering, readDashboard } from "./support/dashboard-schema";
import { emittedByHandlers } from "./support/emitted-by-handlers";

const METRIC_SETS = HANDLERS.flatMap((name): readonly MetricSet[] => HANDLER_OUTPUTS[name].metrics);

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts";
const EVERYTHING = {
  alarm_actions: [TOPIC],
  dashboard: true,
  tracing: true,
  presence_grace_seconds: 30,
  history_seconds: 3_600,
  channels: { public: ["public:*"] },
};

interface ReadMetric {
  readonly where: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const text = (value: unknown) => String(value);
const widgetsOf = (applied: Applied) => readDashboard(text(applied.aws_cloudwatch_dashboard?.overview?.dashboard_body));
const alarmsOf = (applied: Applied) => Object.entries(applied.aws_cloudwatch_metric_alarm ?? {});
const namesOf = (applied: Applied, type: string, argument = "name") =>
  Object.values(applied[type] ?? {}).map((resource) => text(resource[argument]));

function readByAlarms(applied: Applied): readonly ReadMetric[] {
  return alarmsOf(applied).map(([where, { namespace, metric_name, dimensions }]) => ({
    where: `alarm ${where}`,
    namespace: text(namespace),
    name: text(metric_name),
    dimensions: dimensions as Record<string, string>,
  }));
}

function entries({ properties }: DashboardWidget): readonly { readonly path: string[]; readonly as: Rendering }[] {
  return (properties.metrics ?? []).map((entry) => ({
    path: entry.filter((part): part is string => typeof part === "string"),
    as: (entry.find((part) => typeof part === "object") ?? {}) as Rendering,
  }));
}

/** A search, as `SEARCH('{namespace,dimension,…} MetricName="…" dimension="…"', 'Sum')`. */
const SEARCH = /^SEARCH\('\{([^}]+)\} MetricName="(\w+)" (\w+)="([^"]+)"', 'Sum'\)$/;

function readByDashboard(applied: Applied): readonly ReadMetric[] {
  return widgetsOf(applied).flatMap((widget) =>
    entries(widget).flatMap(({ path: [namespace = "", name = "", ...pairs], as }): ReadMetric[] => {
      const where = `widget ${widget.properties.title}`;
      const found = SEARCH.exec(as.expression ?? "");
      if (found !== null) {
        const [, schema = "", metric = "", dimension = "", value = ""] = found;
        const [searched = "", ...names] = schema.split(",");
        const dimensions = Object.fromEntries(names.map((each) => [each, each === dimension ? value : "*"]));
        return [{ where, namespace: searched, name: metric, dimensions }];
      }
      if (as.expression !== undefined) return [];
      const dimensions = Object.fromEntries(
        Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index], pairs[2 * index + 1]]),
      );
      return [{ where, namespace, name, dimensions }];
    }),
  );
}

const keyOf = (name: string, dimensions: Readonly<Record<string, string>>, any = "") =>
  `${name} ${Object.entries(dimensions)
    .map(([dimension, value]) => `${dimension}=${dimension === any ? "*" : value}`)
    .sort()
    .join(",")}`;

describe("the metrics of alarms and dashboard", () => {
  let applied: Applied;
  let emitted: readonly EmittedMetric[];
  let read: readonly ReadMetric[];

  beforeAll(async () => {
    applied = await appliedModule(EVERYTHING);
    const functions = Object.values(applied.aws_lambda_function ?? {});
    const environments = functions.map(
      ({ environment }) => (environment as { variables: Record<string, string> }).variables,
    );
    // As the module sets them; the rest of the environment is the tests'.
    const [{ SUMU_STACK = "", LOG_LEVEL = "" } = {}] = environments;
    expect(environments.map((each) => each.SUMU_STACK)).toEqual(HANDLERS.map(() => SUMU_STACK));
    emitted = await emittedByHandlers({ SUMU_STACK, LOG_LEVEL });
    read = [...readByAlarms(applied), ...readByDashboard(applied)];
  });

  it("are many", () => {
    expect(readByAlarms(applied)).toHaveLength(23);
    expect(readByDashboard(applied).length).toBeGreaterThan(50);
  });

  it("are, of SUMU's own, each one that a handler really emits, under the same dimensions and values", () => {
    const known = new Set(emitted.map(({ name, dimensions }) => keyOf(name, dimensions, "reason")));
    const own = read.filter(({ namespace }) => namespace === METRIC_NAMESPACE);
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter(({ name, dimensions }) => !known.has(keyOf(name, dimensions, "reason")))).toEqual([]);
  });

  it("are, of AWS's, each one that AWS documents, under dimensions that it comes by", () => {
    const unknown = read
      .filter(({ namespace }) => namespace !== METRIC_NAMESPACE)
      .filter(({ namespace, name, dimensions }) => {
        const sets = AWS_METRICS[namespace]?.metrics[name] ?? [];
        return !sets.includes(Object.keys(dimensions).sort().join(","));
      });
    expect(unknown).toEqual([]);
  });

  it("name parts that exist: the module's own API, stage, functions, queues, topics and table", () => {
    const existing: Readonly<Record<string, readonly string[]>> = {
      ApiId: ["a1b2c3d4e5"],
      Stage: namesOf(applied, "aws_apigatewayv2_stage"),
      FunctionName: namesOf(applied, "aws_lambda_function", "function_name"),
      QueueName: namesOf(applied, "aws_sqs_queue"),
      TopicName: namesOf(applied, "aws_sns_topic"),
      TableName: namesOf(applied, "aws_dynamodb_table"),
      Operation: ["PutItem", "DeleteItem"],
      stack: ["acme-sumu"],
      reason: ["*"],
    };
    const wrong = read.flatMap(({ where, dimensions }) =>
      Object.entries(dimensions)
        .filter(([dimension, value]) => !existing[dimension]?.includes(value))
        .map(([dimension, value]) => `${where}: ${dimension} ${value}`),
    );
    expect(wrong).toEqual([]);
  });

  it("are all on the dashboard that the handlers emit", () => {
    const shown = new Set(readByDashboard(applied).map(({ name, dimensions }) => keyOf(name, dimensions, "reason")));
    expect(emitted.filter(({ name, dimensions }) => !shown.has(keyOf(name, dimensions, "reason")))).toEqual([]);
  });

  it("are emitted as the contract says: every name, unit and set of dimensions, and no other", () => {
    const declared = METRIC_SETS.flatMap(({ dimensions, units }) =>
      Object.entries(units).flatMap(([name, unit]) => dimensions.map((set) => `${name} ${unit} ${[...set].sort()}`)),
    );
    const seen = emitted.map(({ name, unit, dimensions }) => `${name} ${unit} ${Object.keys(dimensions).sort()}`);
    expect([...new Set(seen)].sort()).toEqual([...declared].sort());
    expect(new Set(emitted.map(({ namespace }) => namespace))).toEqual(new Set(["SUMU"]));
  });
});

describe("the alarms", () => {
  it("watch these metrics, and ring at these values", async () => {
    const applied = await appliedModule(EVERYTHING);
    const table = alarmsOf(applied).map(([name, alarm]) => {
      const dimensions = Object.values(alarm.dimensions as Record<string, string>).join(" ");
      const { statistic, metric_name, threshold, datapoints_to_alarm: m, evaluation_periods: n, period } = alarm;
      return `${name}: ${statistic} ${metric_name} of ${dimensions} >= ${threshold} in ${m} of ${n} x ${period} s`;
    });
    expect(table.sort()).toEqual([
      "api_execution_errors: Sum ExecutionError of a1b2c3d4e5 live >= 1 in 2 of 3 x 300 s",
      "api_integration_errors: Sum IntegrationError of a1b2c3d4e5 live >= 10 in 2 of 3 x 300 s",
      "authorizer_errors: Sum Errors of acme-sumu-authorizer-codeless >= 1 in 2 of 3 x 300 s",
      "authorizer_throttles: Sum Throttles of acme-sumu-authorizer-codeless >= 1 in 2 of 3 x 300 s",
      "control_age: Maximum ApproximateAgeOfOldestMessage of acme-sumu-control >= 60 in 1 of 1 x 300 s",
      "control_dlq: Maximum ApproximateNumberOfMessagesVisible of acme-sumu-control-dlq >= 1 in 1 of 1 x 300 s",
      "control_errors: Sum Errors of acme-sumu-control >= 1 in 2 of 3 x 300 s",
      "control_failed: Sum FramesFailed of acme-sumu >= 1 in 2 of 3 x 300 s",
      "control_throttles: Sum Throttles of acme-sumu-control >= 1 in 2 of 3 x 300 s",
      "messages_dlq: Maximum ApproximateNumberOfMessagesVisible of acme-sumu-integration-messages-dlq >= 1 in 1 of 1 x 300 s",
      "notifications_age: Maximum ApproximateAgeOfOldestMessage of acme-sumu-integration-notifications >= 900 in 1 of 1 x 300 s",
      "notifications_dlq: Maximum ApproximateNumberOfMessagesVisible of acme-sumu-integration-notifications-dlq >= 1 in 1 of 1 x 300 s",
      "notifications_redrive_failures: Sum NumberOfNotificationsFailedToRedriveToDlq of acme-sumu-integration-notifications >= 1 in 1 of 1 x 300 s",
      "presence_destination_failures: Sum DestinationDeliveryFailures of acme-sumu-presence >= 1 in 1 of 1 x 300 s",
      "presence_dlq: Maximum ApproximateNumberOfMessagesVisible of acme-sumu-presence-dlq >= 1 in 1 of 1 x 300 s",
      "presence_errors: Sum Errors of acme-sumu-presence >= 1 in 2 of 3 x 300 s",
      "presence_grace_dlq: Maximum ApproximateNumberOfMessagesVisible of acme-sumu-presence-grace-dlq >= 1 in 1 of 1 x 300 s",
      "presence_iterator_age: Maximum IteratorAge of acme-sumu-presence >= 300000 in 1 of 1 x 300 s",
      "presence_throttles: Sum Throttles of acme-sumu-presence >= 1 in 2 of 3 x 300 s",
      "pusher_destination_failures: Sum DestinationDeliveryFailures of acme-sumu-pusher-codeless >= 1 in 1 of 1 x 300 s",
      "pusher_errors: Sum Errors of acme-sumu-pusher-codeless >= 1 in 2 of 3 x 300 s",
      "pusher_failed: Sum Failed of acme-sumu >= 1 in 1 of 1 x 300 s",
      "pusher_throttles: Sum Throttles of acme-sumu-pusher-codeless >= 1 in 2 of 3 x 300 s",
    ]);
    for (const [, alarm] of alarmsOf(applied)) {
      expect(alarm).toMatchObject({
        alarm_name: expect.stringMatching(/^acme-sumu-[a-z-]+$/),
        alarm_description: expect.stringMatching(/^[^$]+\.$/),
        comparison_operator: "GreaterThanOrEqualToThreshold",
        treat_missing_data: "notBreaching",
        alarm_actions: [TOPIC],
        ok_actions: [TOPIC],
      });
    }
  });

  it("leave out no dead-letter queue and no function", async () => {
    const applied = await appliedModule(EVERYTHING);
    const watched = readByAlarms(applied).map(({ name, dimensions }) => `${name} ${Object.values(dimensions)}`);
    const letters = namesOf(applied, "aws_sqs_queue").filter((name) => name.endsWith("-dlq"));
    expect(letters).toHaveLength(5);
    for (const name of letters) expect(watched).toContain(`ApproximateNumberOfMessagesVisible ${name}`);
    const functions = namesOf(applied, "aws_lambda_function", "function_name");
    expect(functions).toHaveLength(HANDLERS.length);
    for (const name of functions)
      expect(watched).toEqual(expect.arrayContaining([`Errors ${name}`, `Throttles ${name}`]));
  });

  it("watch every way in which AWS itself puts a message on a dead-letter queue", async () => {
    const applied = await appliedModule(EVERYTHING);
    const watched = readByAlarms(applied).map(({ name, dimensions }) => `${name} ${Object.values(dimensions)}`);
    const destinations = (type: string) =>
      Object.values(applied[type] ?? {}).filter(({ destination_config }) => destination_config !== undefined);
    const redriven = Object.values(applied.aws_sns_topic_subscription ?? {}).filter(
      ({ redrive_policy }) => redrive_policy !== undefined,
    );
    // A mapping's or an invocation's failure goes by the function, a subscription's by the topic.
    expect([
      destinations("aws_lambda_function_event_invoke_config").length,
      destinations("aws_lambda_event_source_mapping").length,
      redriven.length,
    ]).toEqual([1, 1, 1]);
    expect(watched).toEqual(
      expect.arrayContaining([
        "DestinationDeliveryFailures acme-sumu-pusher-codeless",
        "DestinationDeliveryFailures acme-sumu-presence",
        "NumberOfNotificationsFailedToRedriveToDlq acme-sumu-integration-notifications",
      ]),
    );
    const functions = Object.values(applied.aws_lambda_function ?? {});
    expect(functions.filter(({ dead_letter_config }) => dead_letter_config !== undefined)).toEqual([]);
  });

  it.each([
    ["nobody hears them", { alarm_actions: [] }, 0],
    ["there is no grace", { presence_grace_seconds: 0 }, 22],
    ["there is no watchdog", { presence_source: "stream", channels: null }, 17],
    ["there is neither history nor a channel", { history_seconds: 0, channels: null }, 18],
    ["there are channels, but no history", { history_seconds: 0 }, 23],
  ])("exist for what exists when %s", async (_, variables, count) => {
    expect(alarmsOf(await appliedModule({ ...EVERYTHING, ...variables }))).toHaveLength(count);
  });

  it("watch the functions whose code pipelines release, where they do", async () => {
    const pipelines = {
      s3_artifacts: { bucket: "acme-artifacts", arn: "arn:aws:s3:::acme-artifacts" },
      github: {
        owner: "acme",
        connection_arn: "arn:aws:codestar-connections:eu-west-1:123456789012:connection/0b1c2d3e",
      },
    };
    const applied = await appliedModule({ ...EVERYTHING, ...pipelines });
    expect(applied.aws_cloudwatch_metric_alarm?.pusher_errors?.dimensions).toEqual({
      FunctionName: "acme-sumu-pusher-released",
    });
  });
});

describe("the dashboard", () => {
  let widgets: readonly DashboardWidget[];
  beforeAll(async () => {
    widgets = widgetsOf(await appliedModule(EVERYTHING));
  });

  it("has AWS's structure, in 24 columns, without a gap or an overlap", () => {
    const cells = new Set<string>();
    for (const { x, y, width, height } of widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(cells).not.toContain(`${column} ${row}`);
          cells.add(`${column} ${row}`);
        }
      }
    }
    const rows = Math.max(...widgets.map(({ y, height }) => y + height));
    expect(cells.size).toBe(24 * rows);
  });

  it("shows connections, messages, deliveries, latency and failures at a glance", () => {
    expect(widgets.map(({ properties }) => properties.title).filter((title) => title !== undefined)).toEqual([
      "Connects",
      "Messages, both ways",
      "Delivered",
      "Delivery time, p95",
      "Refused",
      "Dead letters, most at once",
      "Open connections, change since the left edge (estimate)",
      "Connects and presence",
      "Messages",
      "Deliveries",
      "Delivery time: sent by the backend until at the client's connection",
      "API integration latency",
      "Dead letters waiting",
      "Function errors and throttles",
      "API errors",
      "Notifications queue",
      "Refused connects by reason",
      "Backend's view: presence lag, messages queue",
      "Function duration, p95",
      "Functions at once",
      "Clients that were away",
      "Control queue",
      "Channels",
      "Connections that got a notification to a channel",
    ]);
  });

  it("says nothing about control frames without history and channels", async () => {
    const neither = { ...EVERYTHING, history_seconds: 0, channels: null };
    const without = JSON.stringify(widgetsOf(await appliedModule(neither)));
    expect(without).not.toMatch(/[Cc]ontrol|Recover|Channel/);
    expect(without).toContain("Functions at once");
  });

  it.each([
    ["history alone", { channels: null }, ["Clients that were away", "Control queue"]],
    [
      "channels alone",
      { history_seconds: 0 },
      ["Clients that were away", "Control queue", "Channels", "Connections that got a notification to a channel"],
    ],
  ])("with %s ends with the rows of the parts that exist", async (_, input, last) => {
    const titles = widgetsOf(await appliedModule({ ...EVERYTHING, ...input })).map(
      ({ properties }) => properties.title,
    );
    expect(titles.slice(titles.indexOf("Functions at once") + 1)).toEqual(last);
  });

  it("computes with metrics of the same widget only, each id once", () => {
    for (const widget of widgets) {
      const all = entries(widget).map(({ as }) => as);
      const ids = all.flatMap(({ id }) => (id === undefined ? [] : [id]));
      expect(new Set(ids).size).toBe(ids.length);
      for (const { expression = "" } of all) {
        for (const [, part = ""] of expression.matchAll(/METRICS\("(\w+)"\)/g)) {
          expect(ids.filter((id) => id.includes(part)).length).toBeGreaterThan(0);
        }
      }
      // What is computed from is not drawn, what is drawn has a name.
      expect(all.filter(({ visible, id }) => visible === false && id === undefined)).toEqual([]);
    }
  });

  it("labels each reason of a refusal by itself", () => {
    const [search] = widgets.flatMap(entries).filter(({ as }) => as.expression?.startsWith("SEARCH"));
    expect(search?.as.label).toBe("${PROP('Dim.reason')}");
  });

  it("names each line of a graph once, and shows percentiles of what is a distribution", () => {
    for (const widget of widgets) {
      const labels = entries(widget).map(({ as: { label } }) => label);
      expect(new Set(labels).size).toBe(labels.length);
    }
    const stats = (name: string) =>
      widgets.flatMap((widget) =>
        entries(widget)
          .filter(({ path }) => path[1] === name && widget.properties.view === "timeSeries")
          .map(({ as }) => as.stat),
      );
    expect([stats("DeliveryTime"), stats("IntegrationLatency")]).toEqual(Array(2).fill(["p50", "p95", "p99"]));
  });

  it("is one of the stack's name, and only when wanted", async () => {
    const { aws_cloudwatch_dashboard: wanted } = await appliedModule(EVERYTHING);
    expect(Object.values(wanted ?? {}).map(({ dashboard_name }) => dashboard_name)).toEqual(["acme-sumu"]);
    expect((await appliedModule({})).aws_cloudwatch_dashboard).toBeUndefined();
  });
});

describe("tracing", () => {
  const modes = (applied: Applied) =>
    Object.values(applied.aws_lambda_function ?? {}).map(({ tracing_config }) => tracing_config);
  const rights = (applied: Applied) =>
    Object.keys(applied.aws_iam_role_policy ?? {}).filter((name) => name.endsWith("_tracing"));

  it("is on for every function, with the right to send traces", async () => {
    const applied = await appliedModule(EVERYTHING);
    expect(modes(applied)).toEqual(HANDLERS.map(() => ({ mode: "Active" })));
    expect(rights(applied).sort()).toEqual(HANDLERS.map((name) => `${name}_tracing`).sort());
  });

  it("is AWS's default, without any right, unless wanted", async () => {
    const applied = await appliedModule({});
    expect(modes(applied)).toEqual(Array(3).fill({ mode: "PassThrough" }));
    expect(rights(applied)).toEqual([]);
  });
});
