import type { Reply } from "../../handlers/support/scripted-server";
import { api, dynamodb, FORM, integration, mock, response } from "./support/api";
import { called, connect, connectionId, type Harness, harness } from "./support/harness";

let gateway: Harness;
afterEach(() => gateway.close());

const errorFrame = (message: string, id: string) =>
  expect.stringMatching(
    new RegExp(`^\\{"message": "${message}", "connectionId":"${id}", "requestId":"[\\w-]{15}="\\}$`),
  );

test("answers a MOCK route without a backend", async () => {
  gateway = await harness({ api: api() });
  const client = await connect(gateway.gateway.url);

  client.send({ action: "ping" });

  expect(await client.frames.first()).toBe('{"type":"pong"}');
  expect(gateway.requests.entries.filter((request) => !called("PutItem")(request))).toEqual([]);
});

test("calls DynamoDB with the rendered template, the action's target header and a signature", async () => {
  gateway = await harness({
    api: api({
      save: { integration: integration(dynamodb("UpdateItem"), "{\"text\":$input.json('$.text')}"), answers: true },
    }),
  });
  const client = await connect(gateway.gateway.url);

  client.send({ action: "save", text: 'a "b" ü' });

  expect(await client.frames.first()).toBe("{}");
  const { method, path, headers, body } = await gateway.requests.first(called("UpdateItem"));
  expect({ method, path, body }).toEqual({ method: "POST", path: "/", body: '{"text":"a \\"b\\" ü"}' });
  expect(headers["content-type"]).toBe("application/x-amz-json-1.0");
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDLOCAL\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=.*x-amz-target, Signature=[0-9a-f]{64}$/,
  );
});

test("calls SNS and SQS with forms, at the action or the queue's path, with request parameters", async () => {
  gateway = await harness({
    api: api(
      {
        publish: {
          integration: integration(
            { region: "eu-central-1", service: "sns", action: "Publish" },
            "Message=$util.urlEncode($input.body)",
            {
              requestParameters: [
                FORM,
                { in: "querystring", name: "TopicArn", source: "'arn:aws:sns:eu-central-1:000000000000:t'" },
                { in: "querystring", name: "Subject", source: "route.request.body.subject" },
                { in: "querystring", name: "Absent", source: "route.request.body.absent" },
              ],
            },
          ),
          answers: false,
        },
        queue: {
          integration: integration(
            { region: "eu-central-1", service: "sqs", path: "/000000000000/q" },
            "Action=SendMessage&MessageBody=$util.urlEncode($context.connectionId)",
            {
              requestParameters: [
                FORM,
                { in: "header", name: "X-Stage", source: "context.stage" },
                { in: "header", name: "X-Table", source: "stageVariables.table" },
              ],
            },
          ),
          answers: false,
        },
      },
      { variables: { table: "rows" } },
    ),
  });
  const client = await connect(gateway.gateway.url);
  const id = await connectionId(gateway);

  client.send({ action: "publish", subject: "a&b" });
  client.send({ action: "queue" });

  const [, ...rest] = await gateway.requests.take(3);
  const sns = rest.find(({ path }) => path.startsWith("/?"));
  const sqs = rest.find(({ path }) => path === "/000000000000/q");
  expect(Object.fromEntries(new URL(sns?.path ?? "", "http://x").searchParams)).toEqual({
    Action: "Publish",
    TopicArn: "arn:aws:sns:eu-central-1:000000000000:t",
    Subject: "a&b",
  });
  expect(Object.fromEntries(new URLSearchParams(sns?.body))).toEqual({
    Message: '{"action":"publish","subject":"a&b"}',
  });
  expect(sns?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(Object.fromEntries(new URLSearchParams(sqs?.body))).toEqual({ Action: "SendMessage", MessageBody: id });
  expect(sqs?.headers).toMatchObject({
    "content-type": "application/x-www-form-urlencoded",
    "x-stage": "prod",
    "x-table": "rows",
  });
});

test("rejects a header value in which a client hides a line of its own", async () => {
  gateway = await harness({
    api: api({
      hide: {
        integration: integration(dynamodb("UpdateItem"), "{}", {
          requestParameters: [{ in: "header", name: "X-Text", source: "route.request.body.text" }],
        }),
        answers: true,
      },
    }),
  });
  const client = await connect(gateway.gateway.url);

  client.send({ action: "hide", text: "a\r\nx-amz-target: DynamoDB_20120810.DeleteTable" });

  expect(await client.frames.first()).toEqual(errorFrame("Internal server error", await connectionId(gateway)));
  expect(gateway.requests.entries.length).toBe(1);
});

test("maps the service's answer by its status, and what no pattern names by $default", async () => {
  const replies: Record<string, Reply> = {
    good: { status: 200, body: '{"id":7}' },
    bad: { status: 400, body: '{"__type":"Secret"}' },
    worse: { status: 500, body: "not JSON" },
  };
  gateway = await harness(
    {
      api: api({
        ask: {
          integration: integration(dynamodb("GetItem"), "$input.json('$.kind')", {
            responses: [
              response("$default", '{"error":"other"}'),
              response("/200/", "{\"got\":$input.json('$.id')}"),
              response("/4\\d\\d/", '{"error":"client"}'),
            ],
          }),
          answers: true,
        },
      }),
    },
    (request) => (called("GetItem")(request) ? (replies[JSON.parse(request.body)] as Reply) : { status: 200 }),
  );
  const client = await connect(gateway.gateway.url);

  for (const [index, kind] of ["good", "bad", "worse"].entries()) {
    client.send({ action: "ask", kind });
    await client.frames.take(index + 1);
  }

  expect(client.frames.entries).toEqual(['{"got":7}', '{"error":"client"}', '{"error":"other"}']);
});

test("sends nothing for a route without a route response", async () => {
  gateway = await harness({
    api: api(
      { quiet: { integration: integration(dynamodb("UpdateItem"), "{}"), answers: false } },
      { accessLogFormat: "$context.routeKey $context.status" },
    ),
  });
  const client = await connect(gateway.gateway.url);

  client.send({ action: "quiet" });
  await gateway.log.first((line) => line === "quiet 200");
  client.send({ action: "ping" });

  expect(await client.frames.first()).toBe('{"type":"pong"}');
});

test.each(['{"action":"unknown"}', "not JSON", '{"action":"$connect"}', '{"action":{"a":1}}', "[]"])(
  "answers %s, which no route matches, with Forbidden",
  async (message) => {
    gateway = await harness({ api: api() });
    const client = await connect(gateway.gateway.url);

    client.send(message);

    expect(await client.frames.first()).toEqual(errorFrame("Forbidden", await connectionId(gateway)));
  },
);

test("gives what no route matches to $default", async () => {
  const $default = {
    integration: mock(200, { responses: [response("$default", "default of $context.routeKey")] }),
    answers: true,
  };
  gateway = await harness({ api: api({ $default }) });
  const client = await connect(gateway.gateway.url);

  client.send("not JSON");

  expect(await client.frames.first()).toBe("default of $default");
});

test("answers an integration that is too slow with a time-out, and one that breaks off with an error", async () => {
  const route = (action: string) => ({
    integration: integration(dynamodb(action), "{}", { timeoutMilliseconds: 50 }),
    answers: true,
  });
  gateway = await harness({ api: api({ slow: route("Query"), broken: route("Scan") }) }, (request) =>
    called("Query")(request) ? "silence" : called("Scan")(request) ? "reset" : { status: 200 },
  );
  const client = await connect(gateway.gateway.url);
  const id = await connectionId(gateway);

  client.send({ action: "slow" });
  expect(await client.frames.first()).toEqual(errorFrame("Endpoint request timed out", id));
  client.send({ action: "broken" });
  expect((await client.frames.take(2))[1]).toEqual(errorFrame("Internal server error", id));
  expect(gateway.faults.entries.map(({ reason }) => reason)).toEqual([
    "dynamodb did not answer in 50 ms",
    "dynamodb cannot be reached: ECONNRESET",
  ]);
});

test("rejects messages beyond the stage's throttling", async () => {
  gateway = await harness({
    api: api({}, { throttling: { ratePerSecond: 1, burst: 2 } }),
    now: () => 1_800_000_000_000,
  });
  const client = await connect(gateway.gateway.url);

  client.send({ action: "ping" });
  await client.frames.first();
  client.send({ action: "ping" });

  expect((await client.frames.take(2))[1]).toEqual(errorFrame("Too Many Requests", await connectionId(gateway)));
});
