import { api, dynamodb, FORM, integration, mock, ROLE_ARN, response } from "./support/api";
import { gatewayWords } from "./support/gateway-words";
import { connectionId, type RunningGateway, runGateway } from "./support/running-gateway";
import { isAction, type ScriptedAnswer } from "./support/scripted-aws";
import { connect } from "./support/test-client";

let running: RunningGateway;
afterEach(() => running.stop());

it("answers a MOCK route without a backend", async () => {
  running = await runGateway({ api: api() });
  const client = await connect(running.gateway.url);

  client.send({ action: "ping" });

  expect(await client.nextFrame()).toBe('{"type":"pong"}');
  expect(running.aws.requests.entries.filter((request) => !isAction("PutItem")(request))).toEqual([]);
});

it("calls DynamoDB with the rendered template, the action's target header and a signature", async () => {
  running = await runGateway({
    api: api({
      save: { integration: integration(dynamodb("UpdateItem"), "{\"text\":$input.json('$.text')}"), answers: true },
    }),
  });
  const client = await connect(running.gateway.url);

  client.send({ action: "save", text: 'a "b" ü' });

  expect(await client.nextFrame()).toBe("{}");
  const { method, path, headers, body } = await running.aws.requests.first(isAction("UpdateItem"));
  expect({ method, path, body }).toEqual({ method: "POST", path: "/", body: '{"text":"a \\"b\\" ü"}' });
  expect(headers["content-type"]).toBe("application/x-amz-json-1.0");
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=.*x-amz-target, Signature=[0-9a-f]{64}$/,
  );
});

it("calls SNS and SQS with forms, at the action or the queue's path, with request parameters", async () => {
  running = await runGateway({
    api: api(
      {
        publish: {
          integration: integration(
            { region: "eu-central-1", service: "sns", action: "Publish", roleArn: ROLE_ARN },
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
            { region: "eu-central-1", service: "sqs", path: "/000000000000/q", roleArn: ROLE_ARN },
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
  const client = await connect(running.gateway.url);
  const id = await connectionId(running);

  client.send({ action: "publish", subject: "a&b" });
  client.send({ action: "queue" });

  const [, ...rest] = await running.aws.requests.take(3);
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

it("rejects a header value in which a client hides a line of its own", async () => {
  running = await runGateway({
    api: api({
      hide: {
        integration: integration(dynamodb("UpdateItem"), "{}", {
          requestParameters: [{ in: "header", name: "X-Text", source: "route.request.body.text" }],
        }),
        answers: true,
      },
    }),
  });
  const client = await connect(running.gateway.url);

  client.send({ action: "hide", text: "a\r\nx-amz-target: DynamoDB_20120810.DeleteTable" });

  expect(await client.nextFrame()).toEqual(gatewayWords("Internal server error", await connectionId(running)));
  expect(running.aws.requests.entries.length).toBe(1);
});

it("maps the service's answer by its status, and what no pattern names by $default", async () => {
  const replies: Record<string, ScriptedAnswer> = {
    good: { status: 200, body: '{"id":7}' },
    bad: { status: 400, body: '{"__type":"Secret"}' },
    worse: { status: 500, body: "not JSON" },
  };
  running = await runGateway(
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
    (request) =>
      isAction("GetItem")(request) ? (replies[JSON.parse(request.body)] as ScriptedAnswer) : { status: 200 },
  );
  const client = await connect(running.gateway.url);

  for (const [index, kind] of ["good", "bad", "worse"].entries()) {
    client.send({ action: "ask", kind });
    await client.frames.take(index + 1);
  }

  expect(client.frames.entries).toEqual(['{"got":7}', '{"error":"client"}', '{"error":"other"}']);
});

it("sends nothing for a route without a route response", async () => {
  running = await runGateway({
    api: api(
      { quiet: { integration: integration(dynamodb("UpdateItem"), "{}"), answers: false } },
      { accessLogFormat: "$context.routeKey $context.status" },
    ),
  });
  const client = await connect(running.gateway.url);

  client.send({ action: "quiet" });
  await running.accessLog.first((line) => line === "quiet 200");
  client.send({ action: "ping" });

  expect(await client.nextFrame()).toBe('{"type":"pong"}');
});

it.each(['{"action":"unknown"}', "not JSON", '{"action":"$connect"}', '{"action":{"a":1}}', "[]"])(
  "answers %s, which no route matches, with Forbidden",
  async (message) => {
    running = await runGateway({ api: api() });
    const client = await connect(running.gateway.url);

    client.send(message);

    expect(await client.nextFrame()).toEqual(gatewayWords("Forbidden", await connectionId(running)));
  },
);

it("gives what no route matches to $default", async () => {
  const $default = {
    integration: mock(200, { responses: [response("$default", "default of $context.routeKey")] }),
    answers: true,
  };
  running = await runGateway({ api: api({ $default }) });
  const client = await connect(running.gateway.url);

  client.send("not JSON");

  expect(await client.nextFrame()).toBe("default of $default");
});

it("answers an integration that is too slow with a time-out, and one that breaks off with an error", async () => {
  const route = (action: string) => ({
    integration: integration(dynamodb(action), "{}", { timeoutMilliseconds: 50 }),
    answers: true,
  });
  running = await runGateway({ api: api({ slow: route("Query"), broken: route("Scan") }) }, (request) =>
    isAction("Query")(request) ? "silence" : isAction("Scan")(request) ? "reset" : { status: 200 },
  );
  const client = await connect(running.gateway.url);
  const id = await connectionId(running);

  client.send({ action: "slow" });
  expect(await client.nextFrame()).toEqual(gatewayWords("Endpoint request timed out", id));
  client.send({ action: "broken" });
  expect((await client.frames.take(2))[1]).toEqual(gatewayWords("Internal server error", id));
  expect(running.faults.entries.map(({ reason }) => reason)).toEqual([
    "dynamodb did not answer in 50 ms",
    "dynamodb cannot be reached: ECONNRESET",
  ]);
});

it("rejects messages beyond the stage's throttling", async () => {
  running = await runGateway({
    api: api({}, { throttling: { ratePerSecond: 1, burst: 2 } }),
    now: () => 1_800_000_000_000,
  });
  const client = await connect(running.gateway.url);

  client.send({ action: "ping" });
  await client.nextFrame();
  client.send({ action: "ping" });

  expect((await client.frames.take(2))[1]).toEqual(gatewayWords("Too Many Requests", await connectionId(running)));
});
