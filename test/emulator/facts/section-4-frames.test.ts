/** What AWS answered in captures of September 2026: frames. A title is one captured fact. */
import { gatewayWords } from "../gateway/support/gateway-words";
import { Journal } from "../gateway/support/journal";
import { type RunningGateway, runGateway } from "../gateway/support/running-gateway";
import { signedCall } from "../gateway/support/signed-call";
import { connect, type TestClient } from "../gateway/support/test-client";
import { type Invocation, invokeNamed, proxy, proxyApi } from "./support/proxy-api";

let running: RunningGateway;
let invocations: Journal<Invocation>;
afterEach(() => running.stop());

async function open(
  routes: Parameters<typeof proxyApi>[0] = {},
  functions: Parameters<typeof invokeNamed>[1] = {},
): Promise<{ readonly client: TestClient; readonly id: string }> {
  invocations = new Journal();
  running = await runGateway({
    api: proxyApi(routes, { name: "dev" }),
    invoke: invokeNamed(invocations, functions),
  });
  const client = await connect(running.gateway.url);
  const { event } = await invocations.first(({ name }) => name === "connect");
  return { client, id: event.requestContext.connectionId };
}

const ask = async (client: TestClient, frame: string): Promise<string> => {
  client.send(frame);
  return client.nextFrame();
};

/** The payload lengths of the frames that a client is sent from now on, as the wire has them, and whether each is a text's last. */
function frameLengths(client: TestClient): { readonly length: number; readonly isLast: boolean }[] {
  const frames: { length: number; isLast: boolean }[] = [];
  const { _socket: tcp } = client.socket as unknown as { readonly _socket: import("node:net").Socket };
  let waiting = Buffer.alloc(0);
  tcp.prependListener("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 2) {
      const code = (waiting[1] ?? 0) & 0x7f;
      const headerBytes = code === 127 ? 10 : code === 126 ? 4 : 2;
      if (waiting.length < headerBytes) return;
      const length = code === 127 ? Number(waiting.readBigUInt64BE(2)) : code === 126 ? waiting.readUInt16BE(2) : code;
      if (waiting.length < headerBytes + length) return;
      frames.push({ length, isLast: ((waiting[0] ?? 0) & 0x80) !== 0 });
      waiting = waiting.subarray(headerBytes + length);
    }
  });
  return frames;
}

it("no route matches and there is no $default: a frame Forbidden, and the connection goes on", async () => {
  const { client, id } = await open();
  expect(await ask(client, '{"action":"nothing"}')).toEqual(gatewayWords("Forbidden", id));
  expect(await ask(client, '{"action":"echo"}')).toBe("answer of echo");
});

it.each(['{"action":"nothing"}', "{}", "no JSON", '{"action":"$default"}'])(
  "a $default route gets %s",
  async (frame) => {
    const { client } = await open({ $default: proxy("fallback") });
    expect(await ask(client, frame)).toBe("answer of fallback");
    const { event } = await invocations.first(({ name }) => name === "fallback");
    expect([event.requestContext.routeKey, event.body]).toEqual(["$default", frame]);
  },
);

it.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("oops");
    },
  ],
  ["returns null", () => "null"],
  ["returns no statusCode", () => ({ body: "x" })],
])("the function %s: a frame Internal server error", async (_, echo) => {
  const { client, id } = await open({}, { echo });
  expect(await ask(client, '{"action":"echo"}')).toEqual(gatewayWords("Internal server error", id));
});

it("an answer with statusCode 503: its body is sent as the reply", async () => {
  const { client } = await open({}, { echo: () => ({ statusCode: 503, body: "busy" }) });
  expect(await ask(client, '{"action":"echo"}')).toBe("busy");
});

it("a route without route response: the client hears nothing", async () => {
  const { client } = await open({ quiet: proxy("quiet", false) });
  client.send('{"action":"quiet"}');
  await invocations.first(({ name }) => name === "quiet");
  expect(await ask(client, '{"action":"echo"}')).toBe("answer of echo");
  expect(client.frames.entries).toHaveLength(1);
});

it("a binary frame: close 1003, Binary is not supported; no route runs", async () => {
  const { client } = await open({ $default: proxy("fallback") });
  client.socket.send(Buffer.from('{"action":"echo"}'), { binary: true });
  expect(await client.closed).toEqual({ code: 1003, reason: "Binary is not supported" });
  expect(invocations.entries.map(({ name }) => name).filter((name) => name !== "disconnect")).toEqual(["connect"]);
});

it("the client's close comes back with its code and its reason", async () => {
  const { client } = await open();
  client.socket.close(4321, "enough");
  expect(await client.closed).toEqual({ code: 4321, reason: "enough" });
});

it("DELETE of a connection: close 1000, Connection Closed Normally; $disconnect runs", async () => {
  const { client, id } = await open();
  expect((await signedCall(running.gateway, "DELETE", id, { region: "eu-central-1" })).status).toBe(204);
  expect(await client.closed).toEqual({ code: 1000, reason: "Connection Closed Normally" });
  await invocations.first(({ name }) => name === "disconnect");
});

it("a reply comes in fragments: 4,096 bytes first, then 8,192; one of 900 bytes in two", async () => {
  let body = "é".repeat(10_000);
  const { client } = await open({}, { echo: () => ({ statusCode: 200, body }) });
  const frames = frameLengths(client);
  expect(await ask(client, '{"action":"echo"}')).toBe(body);
  body = "x".repeat(900);
  expect(await ask(client, '{"action":"echo"}')).toBe(body);
  expect(frames).toEqual([
    { length: 4_096, isLast: false },
    { length: 8_192, isLast: false },
    { length: 7_712, isLast: true },
    { length: 190, isLast: false },
    { length: 710, isLast: true },
  ]);
});

it("a push comes in fragments", async () => {
  const { client, id } = await open();
  const frames = frameLengths(client);
  const body = "x".repeat(5_000);
  await signedCall(running.gateway, "POST", id, { body, region: "eu-central-1" });
  expect(await client.nextFrame()).toBe(body);
  expect(frames).toEqual([
    { length: 4_096, isLast: false },
    { length: 904, isLast: true },
  ]);
});

it("fragments of two texts are never mixed", async () => {
  const { client, id } = await open();
  const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(50_000));
  await Promise.all(texts.map((body) => signedCall(running.gateway, "POST", id, { body, region: "eu-central-1" })));
  expect([...(await client.frames.take(4))].sort()).toEqual(texts);
});
