import { type RunningGateway, runGateway } from "./support/running-gateway";
import { sampleApi } from "./support/sample-api";
import { isAction, type ReceivedRequest } from "./support/scripted-aws";
import { signedCall } from "./support/signed-call";
import { connect, type TestClient } from "./support/test-client";

let running: RunningGateway;
const open = async (...args: Parameters<typeof runGateway>): Promise<{ client: TestClient; id: string }> => {
  running = await runGateway(...args);
  const client = await connect(running.url);
  const put = await running.aws.next(isAction("PutItem"));
  return { client, id: JSON.parse(put.body).id };
};
const rowsRemoved = (): unknown[] =>
  running.aws.requests.entries.filter(isAction("DeleteItem")).map(({ body }) => JSON.parse(body));

/** The connection's row is removed once, under its user: whatever ended the connection. */
async function expectRemoved(id: string): Promise<ReceivedRequest> {
  const removed = await running.aws.next(isAction("DeleteItem"));
  await running.gateway.stop();
  expect(rowsRemoved()).toEqual([{ id, user: "alice" }]);
  expect(running.gateway.connectionCount).toBe(0);
  return removed;
}

afterEach(() => running.stop());

describe("$disconnect runs once when", () => {
  it("the client closes", async () => {
    const { client, id } = await open();
    client.socket.close(4000, "bye");
    expect(await client.closed).toEqual({ code: 4000, reason: "bye" });
    await expectRemoved(id);
  });

  it("the client's TCP connection breaks", async () => {
    const { client, id } = await open();
    client.socket.terminate();
    await expectRemoved(id);
  });

  it("a backend deletes the connection, which closes with 1000", async () => {
    const { client, id } = await open();
    expect((await signedCall(running.gateway, "DELETE", id)).status).toBe(204);
    expect(await client.closed).toEqual({ code: 1000, reason: "Connection Closed Normally" });
    await expectRemoved(id);
  });

  it("nothing was heard for the idle limit, which closes with 1001", async () => {
    const { client, id } = await open({ limits: { idleMilliseconds: 30 } });
    expect(await client.closed).toEqual({ code: 1001, reason: "" });
    await expectRemoved(id);
  });

  it("the lifetime is over though the client is active, which closes with 1001", async () => {
    const { client, id } = await open({ limits: { lifetimeMilliseconds: 150 } });
    const talking = setInterval(() => client.send('{"action":"ping"}'), 10);
    expect(await client.closed).toEqual({ code: 1001, reason: "" });
    clearInterval(talking);
    await expectRemoved(id);
  });

  it("a frame is larger than 32 KB, which closes with 1009", async () => {
    const { client, id } = await open();
    client.send(JSON.stringify({ action: "send", message: "x".repeat(32 * 1_024) }));
    expect(await client.closed).toEqual({ code: 1009, reason: "" });
    await expectRemoved(id);
    expect(running.aws.requests.entries.some(({ path }) => path.includes("messages"))).toBe(false);
  });

  it("a message of small frames is larger than 128 KB, which closes with 1009", async () => {
    const { client, id } = await open();
    for (let frame = 0; frame < 5; frame++) client.socket.send("x".repeat(32 * 1_024), { fin: frame === 4 });
    expect(await client.closed).toEqual({ code: 1009, reason: "" });
    await expectRemoved(id);
  });

  it("a frame is binary, which closes with 1003", async () => {
    const { client, id } = await open();
    client.socket.send(Buffer.from('{"action":"ping"}'));
    expect(await client.closed).toEqual({ code: 1003, reason: "Binary is not supported" });
    await expectRemoved(id);
  });

  it("the gateway stops, which closes with 1001 and frees the port", async () => {
    const { client, id } = await open();
    await running.gateway.stop();
    expect(await client.closed).toEqual({ code: 1001, reason: "" });
    await expectRemoved(id);
    await expect(connect(running.url)).rejects.toThrow("ECONNREFUSED");
  });
});

it("messages of 32 KB frames up to 128 KB are served", async () => {
  const { client } = await open();
  const message = "é".repeat(63 * 1_024);
  const frames = Buffer.from(JSON.stringify({ action: "send", message }));
  for (let from = 0; from < frames.length; from += 32 * 1_024) {
    const isLast = from + 32 * 1_024 >= frames.length;
    client.socket.send(frames.subarray(from, from + 32 * 1_024), { binary: false, fin: isLast });
  }
  const sent = await running.aws.next(({ path }) => path === "/000000000000/messages");
  expect(new URLSearchParams(sent.body).get("MessageBody")).toBe(JSON.stringify(message));
});

it("pings, messages and what is posted count as activity", async () => {
  const startedAt = Date.now();
  let now = startedAt;
  const { client, id } = await open({ now: () => now });
  const lastActive = async (): Promise<number> => {
    const { lastActiveAt } = JSON.parse((await signedCall(running.gateway, "GET", id)).body);
    return Date.parse(lastActiveAt) - startedAt;
  };
  expect(await lastActive()).toBe(0);
  now = startedAt + 1_000;
  client.socket.ping();
  await new Promise((resolve) => client.socket.once("pong", resolve));
  expect(await lastActive()).toBe(1_000);
  now = startedAt + 2_000;
  client.send('{"action":"ping"}');
  await client.nextFrame();
  expect(await lastActive()).toBe(2_000);
  now = startedAt + 3_000;
  await signedCall(running.gateway, "POST", id, { body: "news" });
  await client.nextFrame();
  expect(await lastActive()).toBe(3_000);
});

it("a $disconnect that fails is reported and keeps nothing open", async () => {
  const { client, id } = await open();
  running.aws.respond = () => ({ status: 500 });
  client.socket.close();
  await expectRemoved(id);
  expect(running.faults.entries).toMatchObject([
    { routeKey: "$disconnect", connectionId: id, reason: "the integration answered 500" },
  ]);
});

it("every connect, message and disconnect has a line in the stage's access log, without the token", async () => {
  const format =
    '{"route":"$context.routeKey","status":"$context.status","user":"$context.authorizer.principalId","agent":"$context.identity.userAgent","error":"$context.error.message","never":"$context.identity.apiKey"}';
  running = await runGateway({
    api: sampleApi(undefined, { access_log_settings: { format, destination_arn: "arn" } }),
  });
  const client = await connect(`${running.gateway.url}?authorization=s3cret`, { headers: { "User-Agent": 'a"b' } });
  client.send('{"action":"ping"}');
  await client.nextFrame();
  client.send('{"action":"s3cret"}');
  await client.nextFrame();
  client.socket.close();
  await running.aws.next(isAction("DeleteItem"));
  await running.gateway.stop();
  const line = (route: string, status: string, error = "-"): unknown => ({
    route,
    status,
    user: "alice",
    agent: 'a"b',
    error,
    never: "-",
  });
  expect(running.accessLog.entries.map((text) => JSON.parse(text))).toEqual([
    line("$connect", "200"),
    line("ping", "200"),
    line("-", "403", "Forbidden"),
    line("$disconnect", "200"),
  ]);
  expect(running.accessLog.entries.join()).not.toContain("s3cret");
  expect(JSON.stringify(running.faults.entries)).not.toContain("s3cret");
});
