import * as net from "node:net";
import { api, authorized } from "./support/api";
import { gatewayWords } from "./support/gateway-words";
import { type RunningGateway, runGateway } from "./support/running-gateway";
import { isAction } from "./support/scripted-aws";
import { connect, handshake } from "./support/test-client";

let running: RunningGateway;
afterEach(() => running.stop());

it.each(["/", "/other", "/prodx", "/prod/x", "//other/prod"])("rejects a handshake at %s with 403", async (path) => {
  running = await runGateway({ api: api() });

  expect(await handshake(`ws://127.0.0.1:${running.gateway.port}${path}`)).toEqual({
    status: 403,
    body: '{"message":"Forbidden"}',
  });
  expect(running.aws.requests.entries).toEqual([]);
});

it("rejects a path that is no URL with 403, and serves on", async () => {
  running = await runGateway({ api: api() });

  expect(await handshake(`ws://127.0.0.1:${running.gateway.port}//`)).toEqual({
    status: 403,
    body: '{"message":"Forbidden"}',
  });
  expect((await handshake(`ws://127.0.0.1:${running.gateway.port}/prod/`)).status).toBe(101);
});

it.each<[string, Record<string, string>]>([
  ["another version", { "sec-websocket-version": "8" }],
  ["a key that is too short", { "sec-websocket-key": "abc" }],
  ["a protocol list that is none", { "sec-websocket-protocol": "a,,b" }],
])("rejects a handshake with %s before $connect runs", async (_, headers) => {
  running = await runGateway({ api: api() });

  expect((await handshake(`ws://127.0.0.1:${running.gateway.port}/prod`, headers)).status).toBe(400);
  expect(running.aws.requests.entries).toEqual([]);
});

it.each([
  [400, 400],
  [500, 500],
  [302, 500],
])("rejects the handshake when the $connect integration answers %d", async (answered, status) => {
  running = await runGateway({ api: api() }, () => ({ status: answered }));

  expect(await handshake(`ws://127.0.0.1:${running.gateway.port}/prod`)).toEqual({
    status,
    body: gatewayWords("Internal server error"),
  });
  expect(running.gateway.connectionCount).toBe(0);
  expect(running.aws.requests.entries.filter(isAction("DeleteItem"))).toEqual([]);
});

it("rejects the handshake beyond the stage's throttling with 429", async () => {
  running = await runGateway({ api: api({}, { throttling: { ratePerSecond: 1, burst: 1 } }), now: () => 0 });
  const client = await connect(running.gateway.url);

  expect(await handshake(`ws://127.0.0.1:${running.gateway.port}/prod`)).toEqual({
    status: 429,
    body: gatewayWords("Too Many Requests"),
  });
  client.socket.terminate();
});

it("runs $disconnect for a client that left while $connect ran", async () => {
  let answer: (result: unknown) => void = () => undefined;
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  running = await runGateway({
    api: api({ $connect: authorized }),
    invoke: () => {
      ask();
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  const socket = net.connect(running.gateway.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    "GET /prod?token=t HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await asked;
  const gone = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.resetAndDestroy();
  await gone;
  // The gateway hears of the reset before it answers a request that comes after it.
  await fetch(running.gateway.connectionsUrl);
  answer({
    principalId: "ada",
    policyDocument: { Statement: { Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" } },
  });

  const [put] = await running.aws.requests.take(1, isAction("PutItem"));
  const [removed] = await running.aws.requests.take(1, isAction("DeleteItem"));
  expect(JSON.parse(removed?.body ?? "").id).toBe(JSON.parse(put?.body ?? "").id);
  expect(running.gateway.connectionCount).toBe(0);
});

it("writes the access log in the stage's format, without the token", async () => {
  running = await runGateway({
    api: api(
      { $connect: authorized },
      {
        accessLogFormat:
          '{"route":"$context.routeKey","type":"$context.eventType","status":$context.status,"user":"$context.authorizer.principalId","agent":"$context.identity.userAgent","error":"$context.error.message"}',
      },
    ),
    invoke: async () => ({
      principalId: "ada",
      policyDocument: { Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" }] },
    }),
  });
  const client = await connect(`${running.gateway.url}?token=sesame`, { headers: { "User-Agent": 'a"b' } });
  client.send({ action: "ping", secret: "sesame" });
  await client.nextFrame();
  client.send({ action: "sesame" });
  await client.frames.take(2);
  client.socket.close();

  const lines = (await running.accessLog.take(4)).map((line) => JSON.parse(line));
  const common = { user: "ada", agent: 'a"b', error: "-", status: 200 };
  expect(lines).toEqual([
    { ...common, route: "$connect", type: "CONNECT" },
    { ...common, route: "ping", type: "MESSAGE" },
    { ...common, route: "-", type: "MESSAGE", status: 403, error: "Forbidden" },
    { ...common, route: "$disconnect", type: "DISCONNECT" },
  ]);
  expect(JSON.stringify([running.accessLog.entries, running.faults.entries])).not.toContain("sesame");
});
