import { renderTemplate } from "../../emulator/velocity/render-template";
import { ROUTE_KEYS } from "../../src/contract/routes";
import { controlRows } from "../../src/gateway/control-routes";
import { type RouteRow, routeRows, routeStatements } from "../../src/gateway/routes";
import { ALWAYS } from "../../src/terraform/existence";
import { violation, WIRE_SCHEMAS, type WireSchema } from "../support/wire-schemas";

const TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/connections";
const TOPIC = "arn:aws:sns:eu-west-1:123456789012:messages";
const QUEUE = "arn:aws:sqs:eu-west-1:123456789012:messages";

const CONTROL = "arn:aws:sqs:eu-west-1:123456789012:control";

const CONTROL_ROWS = controlRows({
  accountId: "123456789012",
  control: {
    queue: { arn: CONTROL, name: "control" },
    existence: ALWAYS,
    routes: { recover: ALWAYS, subscribe: ALWAYS, unsubscribe: ALWAYS, post: ALWAYS },
  },
});

const FIXED_ROWS = routeRows({
  accountId: "123456789012",
  connectionsTable: { name: "connections", arn: TABLE },
  messages: {
    topic: { arn: TOPIC, name: "messages" },
    queue: { arn: QUEUE, url: "https://sqs.eu-west-1.amazonaws.com/123456789012/messages", name: "messages" },
  },
});

const ROWS = { ...FIXED_ROWS, ...CONTROL_ROWS };
const names = Object.keys(ROWS) as (keyof typeof ROUTE_KEYS)[];
const answers = (row: RouteRow) => row.responses.flatMap(({ template = [] }) => template);

describe.each(names)("the route %s", (name) => {
  const row: RouteRow = ROWS[name];

  it("calls a service with a right that the API's role has for it, or answers by itself", () => {
    const [service, action] = row.right?.action.split(":") ?? [];
    // A path of SQS's is a queue, on which POST is SendMessage.
    const called = row.target?.replace(/^sqs:path\/.*/, "sqs:action/SendMessage");
    expect(called).toBe(service && `${service}:action/${action}`);
  });

  it("is picked by a frame of the schema, unless it is one of API Gateway's own", () => {
    const key = ROUTE_KEYS[name];
    expect(row.frames === undefined).toBe(key.startsWith("$"));
    if (row.frames === undefined) return;
    const frame = WIRE_SCHEMAS["client-frame"].$defs?.[row.frames.client] as WireSchema;
    expect(frame.properties?.action).toEqual({ const: key });
  });

  it("answers with the frames of the schema that it names", () => {
    const context = { connectionId: "J6x7dFvtIAMCIGA=", requestId: "J6x7eGbqIAMFwyg=", routeKey: ROUTE_KEYS[name] };
    const rendered = answers(row).map((template) =>
      JSON.parse(renderTemplate(template, { body: "<xml/>", context, nullReference: "empty" })),
    );
    expect(rendered.map((frame) => violation("server-frame", frame))).toEqual(rendered.map(() => undefined));
    expect(rendered.map(({ type }) => type)).toEqual(row.frames?.server ?? []);
  });
});

it("the statements of the API's role are the rights of the routes, those of one sid together", () => {
  expect(routeStatements(Object.values(FIXED_ROWS))).toEqual([
    { sid: "KeepConnections", actions: ["dynamodb:PutItem", "dynamodb:DeleteItem"], resources: [TABLE] },
    { sid: "PublishMessages", actions: ["sns:Publish"], resources: [TOPIC] },
    { sid: "SendMessages", actions: ["sqs:SendMessage"], resources: [QUEUE] },
  ]);
  expect(routeStatements(Object.values(CONTROL_ROWS))).toEqual([
    { sid: "SendControlFrames", actions: ["sqs:SendMessage"], resources: [CONTROL] },
  ]);
});
