/** What AWS answered in captures of September 2026: ids and the request context. A title is one captured fact. */

import { Journal } from "../gateway/support/journal";
import { type RunningGateway, runGateway } from "../gateway/support/running-gateway";
import { signedCall } from "../gateway/support/signed-call";
import { connect } from "../gateway/support/test-client";
import { allow, authorizedProxy, type Event, type Invocation, invokeNamed, proxyApi } from "./support/proxy-api";

const NOW = Date.UTC(2026, 8, 25, 0, 2, 29, 123);

let running: RunningGateway;
let invocations: Journal<Invocation>;
afterEach(() => running.stop());

/** One connection's events: CONNECT, a MESSAGE and DISCONNECT. */
async function lifecycle(
  options: {
    readonly variables?: Record<string, string>;
    readonly path?: string;
    readonly isAuthorized?: boolean;
  } = {},
): Promise<{
  readonly connected: Event;
  readonly message: Event;
  readonly disconnected: Event;
  readonly authorizer?: Event;
}> {
  invocations = new Journal();
  running = await runGateway({
    api: proxyApi(options.isAuthorized ? { $connect: authorizedProxy() } : {}, { variables: options.variables ?? {} }),
    invoke: invokeNamed(invocations, { authorizer: () => allow() }),
    now: () => NOW,
  });
  const client = await connect(`${running.gateway.url}${options.path ?? "?token=t"}`, {
    headers: { "User-Agent": "probe/1", "x-OWN-case": "kept" },
  });
  client.send('{"action":"echo"}');
  await client.nextFrame();
  client.socket.close(1000, "probe-complete");
  await client.closed;
  const event = async (name: string): Promise<Event> => (await invocations.first((one) => one.name === name)).event;
  return {
    connected: await event("connect"),
    message: await event("echo"),
    disconnected: await event("disconnect"),
    ...(options.isAuthorized && { authorizer: await event("authorizer") }),
  };
}

it("a connectionId has 20 characters of URL-safe base64 and ends in ==; a messageId has its shape and its end", async () => {
  const { message } = await lifecycle();
  const { connectionId, messageId } = message.requestContext;
  expect(connectionId).toMatch(/^[\w-]{18}==$/);
  expect(messageId).toMatch(/^[\w-]{18}==$/);
  const tail = (id: unknown): string => Buffer.from(String(id), "base64url").subarray(7).toString("hex");
  expect(tail(messageId)).toBe(tail(connectionId));
  expect(messageId).not.toBe(connectionId);
});

it("requestId is extendedRequestId, of 16 characters, on CONNECT, MESSAGE and DISCONNECT", async () => {
  const { connected, message, disconnected } = await lifecycle();
  for (const { requestContext } of [connected, message, disconnected]) {
    expect(requestContext.requestId).toMatch(/^[\w-]{15}=$/);
    expect(requestContext.extendedRequestId).toBe(requestContext.requestId);
  }
});

it("requestTime is 25/Sep/2026:00:02:29 +0000; requestTimeEpoch and connectedAt are milliseconds, connectedAt not later", async () => {
  const { connected } = await lifecycle();
  expect(connected.requestContext).toMatchObject({
    requestTime: "25/Sep/2026:00:02:29 +0000",
    requestTimeEpoch: NOW,
    connectedAt: NOW,
  });
});

it("the request context has its members in this order", async () => {
  const { connected, message, disconnected } = await lifecycle({ isAuthorized: true });
  const rest = (...atTime: string[]): string[] => [
    "eventType",
    "extendedRequestId",
    "requestTime",
    "messageDirection",
    ...atTime,
    "stage",
    "connectedAt",
    "requestTimeEpoch",
    "identity",
    "requestId",
    "domainName",
    "connectionId",
    "apiId",
  ];
  expect(Object.keys(connected.requestContext)).toEqual(["routeKey", "authorizer", ...rest()]);
  expect(Object.keys(message.requestContext)).toEqual(["routeKey", "authorizer", "messageId", ...rest()]);
  expect(Object.keys(disconnected.requestContext)).toEqual([
    "routeKey",
    "authorizer",
    "disconnectStatusCode",
    ...rest("disconnectReason"),
  ]);
  for (const { requestContext } of [connected, message, disconnected]) {
    expect(requestContext.messageDirection).toBe("IN");
    expect(Object.keys(requestContext.identity as object)).toEqual(["userAgent", "sourceIp"]);
  }
});

it("a CONNECT event has no Connection, Upgrade and Sec-WebSocket-Extensions, has X-Amzn-Trace-Id and X-Forwarded-*, and keeps the client's case", async () => {
  const { connected } = await lifecycle();
  const names = Object.keys(connected.headers ?? {});
  expect(names.filter((name) => /^(connection|upgrade|sec-websocket-extensions)$/i.test(name))).toEqual([]);
  expect(connected.headers).toMatchObject({
    "x-OWN-case": "kept",
    "X-Amzn-Trace-Id": expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24}$/),
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
  });
});

it("of repeated query values, queryStringParameters has the last, multiValueQueryStringParameters all", async () => {
  const { connected } = await lifecycle({ path: "?room=a&room=b" });
  expect(connected.queryStringParameters).toEqual({ room: "b" });
  expect(connected.multiValueQueryStringParameters).toEqual({ room: ["a", "b"] });
});

it("a MESSAGE event has no headers, a body, and isBase64Encoded false", async () => {
  const { message } = await lifecycle();
  expect(Object.keys(message)).toEqual(["requestContext", "body", "isBase64Encoded"]);
  expect(message).toMatchObject({ body: '{"action":"echo"}', isBase64Encoded: false });
});

it("stageVariables are there only where the stage has some", async () => {
  const { message } = await lifecycle();
  expect(message).not.toHaveProperty("stageVariables");
  await running.stop();
  expect((await lifecycle({ variables: { table: "rows" } })).message.stageVariables).toEqual({ table: "rows" });
});

it("a DISCONNECT event has the headers Host, and x-api-key, X-Forwarded-For and x-restapi, which are empty", async () => {
  const { disconnected } = await lifecycle();
  expect(disconnected.headers).toEqual({
    Host: `127.0.0.1:${running.gateway.port}`,
    "x-api-key": "",
    "X-Forwarded-For": "",
    "x-restapi": "",
  });
});

it("DISCONNECT has the client's own code, a number, and its reason", async () => {
  const { disconnected } = await lifecycle();
  expect(disconnected.requestContext).toMatchObject({ disconnectStatusCode: 1000, disconnectReason: "probe-complete" });
});

it("DISCONNECT after DELETE has 1000 and Connection Closed Normally", async () => {
  invocations = new Journal();
  running = await runGateway({ api: devProxyApi(), invoke: invokeNamed(invocations) });
  const client = await connect(running.gateway.url);
  const { event } = await invocations.first(({ name }) => name === "connect");
  await signedCall(running.gateway, "DELETE", event.requestContext.connectionId, { region: "eu-central-1" });
  await client.closed;
  const disconnected = (await invocations.first(({ name }) => name === "disconnect")).event;
  expect(disconnected.requestContext).toMatchObject({
    disconnectStatusCode: 1000,
    disconnectReason: "Connection Closed Normally",
  });
});

/** The stage that signed calls go to. */
const devProxyApi = (): ReturnType<typeof proxyApi> => proxyApi({}, { name: "dev" });
