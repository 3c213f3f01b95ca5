/** What AWS answered in captures of September 2026: the access log. A title is one captured fact. */
import { Journal } from "../gateway/support/journal";
import { CREDENTIALS, type RunningGateway, runGateway } from "../gateway/support/running-gateway";
import { connect, handshake, type TestClient } from "../gateway/support/test-client";
import { manage } from "./support/manage";
import { type Invocation, invokeNamed, proxyApi } from "./support/proxy-api";

let running: RunningGateway;
let invocations: Journal<Invocation>;
afterEach(() => running.stop());

const row = (...names: string[]): string =>
  JSON.stringify(Object.fromEntries(names.map((name) => [name, `$context.${name}`])));

async function run(names: string[], functions: Parameters<typeof invokeNamed>[1] = {}): Promise<void> {
  invocations = new Journal();
  running = await runGateway({
    api: proxyApi({}, { accessLogFormat: row("eventType", "routeKey", ...names) }),
    invoke: invokeNamed(invocations, functions),
  });
}

async function open(...args: Parameters<typeof run>): Promise<{ readonly client: TestClient; readonly id: string }> {
  await run(...args);
  const client = await connect(running.gateway.url);
  const { event } = await invocations.first(({ name }) => name === "connect");
  return { client, id: event.requestContext.connectionId };
}

/** The first row of an event or route. */
const logged = async (of: string): Promise<Readonly<Record<string, string>>> =>
  JSON.parse(await running.accessLog.first((line) => line.includes(`"${of}"`)));

it("a variable without value, and an unknown one, is -", async () => {
  await open(["messageId", "nothing.known", "identity.apiKey"]);
  expect(await logged("CONNECT")).toMatchObject({ messageId: "-", "nothing.known": "-", "identity.apiKey": "-" });
});

it("integration.* and integrationStatus, responseLength, responseLatency are - after a function answered; integrationLatency is filled", async () => {
  const empty = [
    "integration.status",
    "integration.integrationStatus",
    "integration.latency",
    "integration.requestId",
    "integration.error",
    "integrationStatus",
    "responseLength",
    "responseLatency",
  ];
  const { client } = await open([...empty, "integrationLatency"]);
  client.send('{"action":"echo"}');
  await client.nextFrame();
  const { integrationLatency, eventType: _, routeKey: __, ...rest } = await logged("echo");
  expect(rest).toEqual(Object.fromEntries(empty.map((name) => [name, "-"])));
  expect(integrationLatency).toMatch(/^\d+$/);
});

it.each([200, 503])("status is the integration's: %i", async (statusCode) => {
  const { client } = await open(["status"], { echo: () => ({ statusCode, body: "x" }) });
  client.send('{"action":"echo"}');
  await client.nextFrame();
  expect((await logged("echo")).status).toBe(String(statusCode));
});

it("status is 502 where the function throws, with Internal server error and INTEGRATION_FAILURE", async () => {
  const fail = () => {
    throw new Error("oops");
  };
  const { client } = await open(["status", "error.message", "error.responseType"], { echo: fail });
  client.send('{"action":"echo"}');
  await client.nextFrame();
  expect(await logged("echo")).toMatchObject({
    status: "502",
    "error.message": "Internal server error",
    "error.responseType": "INTEGRATION_FAILURE",
  });
});

it("status is 403, and error.message -, where the $connect integration answers 403", async () => {
  await run(["status", "error.message"], { connect: () => ({ statusCode: 403, body: "no" }) });
  await handshake(running.gateway.url);
  expect(await logged("CONNECT")).toMatchObject({ status: "403", "error.message": "-" });
});

it("status of DISCONNECT is 200", async () => {
  const { client } = await open(["status"]);
  client.socket.close();
  expect((await logged("DISCONNECT")).status).toBe("200");
});

const CALL_COLUMNS = [
  "status",
  "connectionId",
  "requestId",
  "extendedRequestId",
  "identity.caller",
  "identity.user",
  "identity.userArn",
  "integrationLatency",
  "connectedAt",
  "messageId",
  "error.message",
];

it.each([
  ["POST", 200],
  ["GET", 200],
  ["DELETE", 204],
])("a %s of @connections writes a row of status %i", async (method, status) => {
  const { id } = await open(CALL_COLUMNS);
  await manage(running.gateway, method, { id });
  expect(await logged("CONNECTION_API")).toEqual({
    eventType: "CONNECTION_API",
    routeKey: `${method} /@connections/{connectionId}`,
    status: String(status),
    connectionId: id,
    requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    extendedRequestId: expect.stringMatching(/^[\w-]{15}=$/),
    "identity.caller": CREDENTIALS.accessKeyId,
    "identity.user": CREDENTIALS.accessKeyId,
    "identity.userArn": `arn:aws:iam::000000000000:user/${CREDENTIALS.accessKeyId}`,
    integrationLatency: "0",
    connectedAt: "-",
    messageId: "-",
    "error.message": "-",
  });
});

it("a 410 writes a row, whose error.message is -", async () => {
  const { client, id } = await open(CALL_COLUMNS);
  client.socket.close();
  await invocations.first(({ name }) => name === "disconnect");
  await manage(running.gateway, "POST", { id });
  expect(await logged("CONNECTION_API")).toMatchObject({ status: "410", "error.message": "-" });
});
