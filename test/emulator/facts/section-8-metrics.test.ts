/** What AWS answered in captures of September 2026: metrics. A title is one captured fact, and what SUMU makes of it. */
import { type Block, only } from "../../support/synthesize";
import { synthesizeSumu } from "../../support/synthesize-sumu";

const API = "AWS/ApiGateway";
const METRICS = [
  "ClientError",
  "ConnectCount",
  "ExecutionError",
  "IntegrationError",
  "IntegrationLatency",
  "MessageCount",
];

const { resource } = synthesizeSumu({ alarmActions: ["arn:aws:sns:eu-west-1:123456789012:alerts"], dashboard: true });
const alarms = Object.values(resource.aws_cloudwatch_metric_alarm ?? {});
const ofApi = alarms.filter(({ namespace }) => namespace === API);
const alarmOf = (name: string): Block => only(resource.aws_cloudwatch_metric_alarm, (one) => one.metric_name === name);

/** The metrics of the API in the dashboard, as the texts of its widgets: the name, and the dimensions after it. */
function onDashboard(): readonly { readonly name: string; readonly dimensions: readonly string[] }[] {
  const text = JSON.stringify(resource.aws_cloudwatch_dashboard ?? {})
    .replaceAll('\\\\\\"', '"')
    .replaceAll('\\"', '"');
  return [...text.matchAll(/\["AWS\/ApiGateway","(\w+)",([^\]]*)/g)].map(([, name = "", rest = ""]) => ({
    name,
    dimensions: [...rest.matchAll(/"(ApiId|Stage|Route|Method|Resource)",/g)].map(([, dimension = ""]) => dimension),
  }));
}

it("AWS/ApiGateway has ApiId and Stage: alarms and dashboard read each metric by exactly these two", () => {
  expect(ofApi.map(({ metric_name: name }) => name).sort()).toEqual(["ExecutionError", "IntegrationError"]);
  expect(ofApi.map(({ dimensions }) => Object.keys(dimensions as object).sort())).toEqual([
    ["ApiId", "Stage"],
    ["ApiId", "Stage"],
  ]);
  const shown = onDashboard();
  expect([...new Set(shown.map(({ name }) => name))].sort()).toEqual(METRICS);
  expect(new Set(shown.map(({ dimensions }) => dimensions.join()))).toEqual(new Set(["ApiId,Stage"]));
});

it("with detailed metrics also Route: the stage has them, and alarms and dashboard read the totals of all routes", () => {
  const stage = only(resource.aws_apigatewayv2_stage);
  expect(stage.default_route_settings).toMatchObject({ detailed_metrics_enabled: true });
  expect(JSON.stringify([ofApi, onDashboard()])).not.toContain("Route");
});

it("the unit is Count: no alarm of the API asks for another", () => {
  expect(ofApi.map(({ unit, statistic }) => [unit ?? "Count", statistic])).toEqual([
    ["Count", "Sum"],
    ["Count", "Sum"],
  ]);
});

it("IntegrationLatency is in milliseconds: the dashboard says so", () => {
  const body = JSON.stringify(resource.aws_cloudwatch_dashboard).replaceAll("\\", "");
  const [, widget = ""] = /"title":"API integration latency"(.*?)"title":/.exec(`${body}"title":`) ?? [];
  expect(/"left":\{[^}]*"label":"(\w+)"/.exec(widget)?.[1]).toBe("ms");
});

it("error metrics have samples of 0 where nothing failed: 0 is below each threshold, and so is no sample", () => {
  for (const { comparison_operator, threshold, treat_missing_data } of ofApi) {
    expect([comparison_operator, Number(threshold) > 0 || comparison_operator === "GreaterThanThreshold"]).toEqual([
      comparison_operator,
      true,
    ]);
    expect(treat_missing_data).toBe("notBreaching");
  }
});

it("an integration's 503 and a function that does not exist count as ExecutionError, IntegrationError stayed 0: one ExecutionError rings", () => {
  expect(alarmOf("ExecutionError")).toMatchObject({
    comparison_operator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    alarm_actions: ["arn:aws:sns:eu-west-1:123456789012:alerts"],
  });
});

it("ClientError counts frames that no route matches, which any client can send: no alarm reads it", () => {
  expect(alarms.filter(({ metric_name: name }) => name === "ClientError")).toEqual([]);
});

it("MessageCount has inbound frames, replies, posts, $connect and $disconnect in one number: the dashboard says both ways", () => {
  const text = JSON.stringify(resource.aws_cloudwatch_dashboard);
  expect(text).toContain("Messages, both ways");
  expect(text).toContain("frames, both ways");
});
