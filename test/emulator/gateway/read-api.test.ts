import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkApi } from "../../../emulator/gateway/check-api";
import { readApi, startGateway } from "../../../emulator/gateway/start-gateway";
import { evaluate } from "../../../terraform-json/evaluator";
import { parseTemplate } from "../../../terraform-json/parser";
import { CREDENTIALS } from "./support/running-gateway";
import { resolveSample, sampleApi, sampleJson } from "./support/sample-api";

const MODULE = join(__dirname, "../../../modules/serverless");
const readModule = (file: string) => JSON.parse(readFileSync(join(MODULE, file), "utf8"));
const VARIABLES: { readonly [name: string]: { readonly default?: unknown } } = readModule("variables.tf.json").variable;

/** What Terraform knows, for the references of the shipped module. */
function resolveModule(value: unknown): unknown {
  return resolveModuleWith("query", value);
}

function resolveModuleWith(tokenSource: string, value: unknown): unknown {
  if (typeof value === "string") {
    if (value.includes("route.request.")) return evaluate(parseTemplate(value), { var: { token_source: tokenSource } });
    return value.replace(/\$\{([^}]*(?:\{[^}]*\}[^}]*)*)\}/g, (_, expression: string) => {
      const [, variable = ""] = /^var\.(\w+)$/.exec(expression) ?? [];
      const byDefault = VARIABLES[variable]?.default ?? undefined;
      if (byDefault !== undefined) return String(byDefault);
      if (expression.includes("execution_arn")) return "arn:aws:execute-api:eu-west-1:000000000000:ws";
      if (expression.includes("invoke_arn")) {
        return "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:a:latest/invocations";
      }
      if (expression.includes("length(") || expression.includes("?")) return "1";
      if (expression === "local.region") return "eu-west-1";
      if (expression === "local.partition") return "aws";
      return expression;
    });
  }
  if (Array.isArray(value)) return value.map((item) => resolveModuleWith(tokenSource, item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveModuleWith(tokenSource, item)]));
  }
  return value;
}

it("reads the module that ships, and every template in it is one that API Gateway renders", () => {
  const api = readApi(readModule("main.tf.json"), resolveModule);
  checkApi(api);
  const summary = [...api.routes.values()].map(({ routeKey, answers, authorizer, integration: { target } }) => [
    routeKey,
    target === "MOCK" ? target : "service" in target ? `${target.service}:${target.action ?? target.path}` : "function",
    { answers, authorized: authorizer !== undefined },
  ]);
  expect(summary).toEqual([
    ["$connect", "dynamodb:PutItem", { answers: true, authorized: true }],
    ["$disconnect", "dynamodb:DeleteItem", { answers: true, authorized: false }],
    ["ping", "MOCK", { answers: true, authorized: false }],
    ["post", expect.stringMatching(/^sqs:\/.+control.+/), { answers: true, authorized: false }],
    ["publish", "sns:Publish", { answers: true, authorized: false }],
    ["recover", expect.stringMatching(/^sqs:\/.+control.+/), { answers: true, authorized: false }],
    ["send", expect.stringMatching(/^sqs:\/.+\/.+/), { answers: true, authorized: false }],
    ["subscribe", expect.stringMatching(/^sqs:\/.+control.+/), { answers: true, authorized: false }],
    ["unsubscribe", expect.stringMatching(/^sqs:\/.+control.+/), { answers: true, authorized: false }],
  ]);
  expect(api.routeSelectionExpression).toBe("$request.body.action");
  expect(api.stages).toEqual([
    expect.objectContaining({
      throttling: { ratePerSecond: 10_000, burst: 5_000 },
      accessLogFormat: expect.stringContaining("$context.requestId"),
    }),
  ]);
});

it.each([
  ["query", ["route.request.querystring.authorization"]],
  ["header", ["route.request.header.Authorization"]],
  ["either", []],
])("reads the module's identity sources when token_source is %s", (tokenSource, identitySources) => {
  const api = readApi(readModule("main.tf.json"), (value) => resolveModuleWith(tokenSource, value));
  expect(api.routes.get("$connect")?.authorizer?.identitySources).toEqual(identitySources);
});

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html */
const DOCUMENTED_IN_LOGS =
  /^\$context\.(?:apiId|connectedAt|connectionId|domainName|eventType|extendedRequestId|integrationErrorMessage|integrationLatency|messageId|requestId|requestTime|requestTimeEpoch|routeKey|stage|status|(?:authorize|authenticate)\.(?:error|latency|status)|authorizer\.\w+|error\.(?:message|messageString|responseType|validationErrorString)|identity\.\w+|integration\.(?:error|integrationStatus|latency|requestId|status)|waf\.(?:error|latency|status)|wafResponseCode|webaclArn)$/;

it("the module that ships logs only variables that AWS documents: the others are - in every row", () => {
  const [stage] = readApi(readModule("main.tf.json"), resolveModule).stages;
  const variables = stage?.accessLogFormat?.match(/\$context[\w.]*/g) ?? [];
  expect(variables.length).toBeGreaterThan(5);
  expect(variables.filter((name) => !DOCUMENTED_IN_LOGS.test(name))).toEqual([]);
});

it("rejects throttling limits that are no numbers", () => {
  const settings = { throttling_rate_limit: "${var.rate}", throttling_burst_limit: 1 };
  expect(() => sampleApi(undefined, { default_route_settings: settings })).toThrow(
    "aws_apigatewayv2_stage.stage: the throttling limits must be numbers",
  );
});

it("leaves out a resource whose count is 0, and reads one whose count is 1 by its index", () => {
  const json = sampleJson();
  Object.assign(json.resource.aws_apigatewayv2_route?.quiet ?? {}, { count: 0 });
  Object.assign(json.resource.aws_apigatewayv2_integration?.ping ?? {}, { count: 1 });
  const target = { target: "integrations/${aws_apigatewayv2_integration.ping[0].id}" };
  Object.assign(json.resource.aws_apigatewayv2_route?.ping ?? {}, target);
  Object.assign(json.resource.aws_apigatewayv2_integration_response?.ping_0 ?? {}, {
    integration_id: "aws_apigatewayv2_integration.ping[0]",
  });
  const api = readApi(json, resolveSample);
  expect([...api.routes.keys()]).toEqual(["$connect", "$disconnect", "ping", "send", "publish"]);
  expect(api.routes.get("ping")?.integration.responses).toHaveLength(1);
});

it.each<[string, string, string, Record<string, unknown>, string]>([
  [
    "an HTTP API",
    "api",
    "ws",
    { protocol_type: "HTTP" },
    "the stack must have one aws_apigatewayv2_api with protocol_type WEBSOCKET, it has 0",
  ],
  [
    "an HTTP integration",
    "integration",
    "send",
    { integration_type: "HTTP" },
    "aws_apigatewayv2_integration.send: integration_type HTTP is not supported here, AWS, AWS_PROXY and MOCK are",
  ],
  [
    "a proxy integration of something else than a function",
    "integration",
    "send",
    { integration_type: "AWS_PROXY" },
    "aws_apigatewayv2_integration.send: AWS_PROXY takes a Lambda invocation URI, got arn:aws:apigateway:eu-west-1:sqs:path/000000000000/messages",
  ],
  ["an API without a stage", "stage", "stage", { count: 0 }, "aws_apigatewayv2_api.ws: the API must have a stage"],
  [
    "another service",
    "integration",
    "send",
    { integration_uri: "arn:aws:apigateway:eu-west-1:states:action/StartExecution" },
    "integration_uri arn:aws:apigateway:eu-west-1:states:action/StartExecution must be arn:",
  ],
  [
    "an integration without a role",
    "integration",
    "send",
    { credentials_arn: null },
    "aws_apigatewayv2_integration.send: credentials_arn is missing",
  ],
  [
    "a form service without its content type",
    "integration",
    "send",
    { request_parameters: {} },
    "sqs takes forms: integration.request.header.Content-Type must be 'application/x-www-form-urlencoded'",
  ],
  [
    "an unknown parameter source",
    "integration",
    "quiet",
    { request_parameters: { "integration.request.header.x": "method.request.header.x" } },
    "integration.request.header.x = method.request.header.x: WebSocket APIs take",
  ],
  [
    "a path parameter",
    "integration",
    "quiet",
    { request_parameters: { "integration.request.path.x": "'x'" } },
    "request parameter integration.request.path.x is not supported here",
  ],
  [
    "a time-out beyond AWS's",
    "integration",
    "send",
    { timeout_milliseconds: 30_000 },
    "timeout_milliseconds must be 50 to 29000, got 30000",
  ],
  [
    "a content handling strategy",
    "integration",
    "ping",
    { content_handling_strategy: "CONVERT_TO_TEXT" },
    "content_handling_strategy is not supported here",
  ],
  [
    "a response key that is no pattern",
    "integration_response",
    "ping_0",
    { integration_response_key: "200" },
    "integration_response_key must be $default or /<regular expression>/, got 200",
  ],
  [
    "an authorizer on another route",
    "route",
    "ping",
    { authorization_type: "CUSTOM" },
    "API Gateway has authorizers on $connect only",
  ],
  [
    "IAM authorization",
    "route",
    "connect",
    { authorization_type: "AWS_IAM" },
    "authorization_type AWS_IAM is not supported here",
  ],
  [
    "request models",
    "route",
    "ping",
    { request_models: { $default: "m" } },
    "aws_apigatewayv2_route.ping: request_models is not supported here",
  ],
  [
    "a target that is not there",
    "route",
    "ping",
    { target: "integrations/none" },
    "aws_apigatewayv2_route.ping: its target none is not an integration of the API",
  ],
  [
    "a route response that is never sent",
    "route",
    "ping",
    { route_response_selection_expression: null },
    "a route response is sent only with route_response_selection_expression $default",
  ],
  ["two routes for one key", "route", "ping", { route_key: "send" }, "two routes have the same route_key"],
  ["a stage that deploys nothing", "stage", "stage", { auto_deploy: false }, "auto_deploy must be true here"],
  ["for_each", "route", "ping", { for_each: {} }, "aws_apigatewayv2_route.ping: for_each is not supported here"],
])("rejects %s", (_, type, name, attributes, message) => {
  const json = sampleJson();
  Object.assign(json.resource[`aws_apigatewayv2_${type}`]?.[name] ?? {}, attributes);
  expect(() => readApi(json, resolveSample)).toThrow(message);
});

const start = (api = sampleApi(), more = {}) =>
  startGateway({
    api,
    awsEndpoint: "http://127.0.0.1:9",
    credentials: [CREDENTIALS],
    invoke: async () => null,
    ...more,
  });

it.each([
  [
    "a template that AWS would not render",
    { request_templates: { $default: "#define($x)a#end" } },
    "route ping: #define: only #set",
  ],
  [
    "a selection expression of another variable",
    { template_selection_expression: "$request.header.x" },
    "route ping: selection expression $request.header.x is not supported here",
  ],
])("rejects %s before it listens", async (_, attributes, message) => {
  const json = sampleJson();
  Object.assign(json.resource.aws_apigatewayv2_integration?.ping ?? {}, attributes);
  await expect(start(readApi(json, resolveSample))).rejects.toThrow(message);
});

it("rejects limits of 0 and a missing key pair", async () => {
  await expect(start(undefined, { limits: { frameBytes: 0 } })).rejects.toThrow(
    "limits.frameBytes must be greater than 0, got 0",
  );
  await expect(start(undefined, { credentials: [] })).rejects.toThrow("credentials must hold at least one key pair");
});

it("rejects a port that is taken", async () => {
  const gateway = await start();
  await expect(start(undefined, { port: gateway.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await gateway.stop();
});
