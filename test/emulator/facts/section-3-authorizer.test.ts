/** What AWS answered in captures of September 2026: the authorizer. A title is one captured fact. */
import { readApi } from "../../../emulator/gateway/start-gateway";
import { Journal } from "../gateway/support/journal";
import { type RunningGateway, runGateway } from "../gateway/support/running-gateway";
import { resolveSample, sampleJson } from "../gateway/support/sample-api";
import { connect, handshake, type TestClient } from "../gateway/support/test-client";
import { allow, authorizedProxy, type Event, type Invocation, invokeNamed, proxyApi } from "./support/proxy-api";
import { rawHandshake } from "./support/raw-handshake";

let running: RunningGateway | undefined;
let invocations: Journal<Invocation>;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function run(
  authorizer: (event: Event) => unknown,
  variables: Readonly<Record<string, string>> = {},
): Promise<RunningGateway> {
  invocations = new Journal();
  running = await runGateway({
    api: proxyApi({ $connect: authorizedProxy() }, { variables }),
    invoke: invokeNamed(invocations, { authorizer }),
  });
  return running;
}

const event = async (name: string): Promise<Event> => (await invocations.first((one) => one.name === name)).event;

/** A connection of the authorizer's result, and what the echo route saw of it. */
async function authorizerOf(result: unknown): Promise<unknown> {
  const { gateway } = await run(() => result);
  const client = await connect(`${gateway.url}?token=t`);
  client.send('{"action":"echo"}');
  await client.nextFrame();
  client.socket.terminate();
  return (await event("echo")).requestContext.authorizer;
}

const readAuthorizer = (attributes: Readonly<Record<string, unknown>>) => {
  const json = sampleJson();
  Object.assign(json.resource.aws_apigatewayv2_authorizer?.request ?? {}, attributes);
  return readApi(json, resolveSample).routes.get("$connect")?.authorizer;
};

it("only type REQUEST", () => {
  expect(() => readAuthorizer({ authorizer_type: "JWT" })).toThrow("WebSocket APIs have REQUEST authorizers");
});

it.each([
  ["authorizer_payload_format_version", "2.0"],
  ["authorizer_result_ttl_in_seconds", 0],
  ["authorizer_result_ttl_in_seconds", 300],
  ["enable_simple_responses", false],
  ["enable_simple_responses", true],
])("%s = %j is refused: it cannot be set for WEBSOCKET protocol Apis", (attribute, value) => {
  expect(() => readAuthorizer({ [attribute]: value })).toThrow(
    `aws_apigatewayv2_authorizer.request: ${attribute} cannot be set for WEBSOCKET protocol Apis.`,
  );
});

it.each([[undefined], [[]], [[""]]])("the identity source %j is stored as none", (sources) => {
  expect(readAuthorizer({ identity_sources: sources })?.identitySources).toEqual([]);
});

it("the event is CONNECT's with type, methodArn and the upgrade's headers; empty variables and query maps are {}", async () => {
  invocations = new Journal();
  running = await runGateway({
    api: proxyApi({ $connect: authorizedProxy([]) }),
    invoke: invokeNamed(invocations, { authorizer: () => allow() }),
  });
  await rawHandshake(running.gateway.url, [["Sec-WebSocket-Extensions", "x"]]);
  const { headers, multiValueHeaders, requestContext, isBase64Encoded, ...connected } = await event("connect");
  const { authorizer: _, ...context } = requestContext;
  const upgrade = { Connection: "upgrade", Upgrade: "websocket", "content-length": "0" };
  expect(isBase64Encoded).toBe(false);
  expect(connected).toEqual({});
  expect(await event("authorizer")).toEqual({
    type: "REQUEST",
    methodArn: "arn:aws:execute-api:eu-central-1:000000000000:a1b2c3/prod/$connect",
    headers: { ...headers, ...upgrade },
    multiValueHeaders: {
      ...(multiValueHeaders as object),
      Connection: ["upgrade"],
      Upgrade: ["websocket"],
      "content-length": ["0"],
    },
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    stageVariables: {},
    requestContext: context,
  });
});

it.each<[string, unknown, unknown]>([
  ["missing is accepted, and absent afterwards", undefined, undefined],
  ["null is accepted, and absent afterwards", null, undefined],
  ['"" is accepted, and ""', "", ""],
  ['7 is accepted, and "7"', 7, "7"],
])("principalId %s", async (_, principalId, expected) => {
  const authorizer = await authorizerOf(allow({ principalId, context: { level: "3" } }));
  expect(authorizer).toEqual({ level: "3", ...(expected !== undefined && { principalId: expected }) });
});

it("principalId of an object: 500", async () => {
  const { gateway } = await run(() => allow({ principalId: {} }));
  expect((await handshake(`${gateway.url}?token=t`)).status).toBe(500);
});

it('in the context, numbers and booleans become text, "" stays, null is dropped', async () => {
  const context = { number: 7, yes: true, no: false, empty: "", nothing: null };
  expect(await authorizerOf(allow({ context }))).toEqual({
    principalId: "ada",
    number: "7",
    yes: "true",
    no: "false",
    empty: "",
  });
});

it.each([[{}], [[]]])("a context value of %j: 500", async (value) => {
  const { gateway } = await run(() => allow({ context: { value } }));
  expect((await handshake(`${gateway.url}?token=t`)).status).toBe(500);
});

it("principalId and context are in every later MESSAGE and in DISCONNECT; CONNECT also has integrationLatency, a number", async () => {
  const { gateway } = await run(() => allow({ context: { tenant: "acme" } }));
  const client = await connect(`${gateway.url}?token=t`);
  client.send('{"action":"echo"}');
  client.send('{"action":"echo"}');
  await client.frames.take(2);
  client.socket.close();
  const expected = { principalId: "ada", tenant: "acme" };
  expect((await event("connect")).requestContext.authorizer).toEqual({
    ...expected,
    integrationLatency: expect.any(Number),
  });
  const messages = await invocations.take(2, ({ name }) => name === "echo");
  for (const { event: message } of messages) expect(message.requestContext.authorizer).toEqual(expected);
  expect((await event("disconnect")).requestContext.authorizer).toEqual(expected);
});

it("nothing is cached: the same token is asked for again at each connect", async () => {
  const { gateway } = await run(() => allow());
  for (const _ of [1, 2]) await handshake(`${gateway.url}?token=t`);
  expect(invocations.entries.filter(({ name }) => name === "authorizer")).toHaveLength(2);
});

it.each<[string, () => unknown]>([
  ["new ones are denied", () => allow({ policyDocument: { Statement: [] } })],
  [
    "the permission to invoke the authorizer is away",
    () => {
      throw new Error("AccessDeniedException");
    },
  ],
])("open connections go on while %s", async (_, refuse) => {
  let answer: () => unknown = () => allow();
  const { gateway } = await run(() => answer());
  const client: TestClient = await connect(`${gateway.url}?token=t`);
  answer = refuse;
  expect((await handshake(`${gateway.url}?token=t`)).status).toBe(500);
  client.send('{"action":"echo"}');
  expect(await client.nextFrame()).toBe("answer of echo");
});
