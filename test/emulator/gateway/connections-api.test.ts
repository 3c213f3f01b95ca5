import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { WebSocket } from "ws";
import { CREDENTIALS, type RunningGateway, runGateway } from "./support/running-gateway";
import { isAction } from "./support/scripted-aws";
import { type CallOptions, signedCall } from "./support/signed-call";
import { connect, type TestClient } from "./support/test-client";

let running: RunningGateway;
afterEach(() => running.stop());

async function open(options: Parameters<typeof runGateway>[0] = {}): Promise<{ client: TestClient; id: string }> {
  running = await runGateway(options);
  const client = await connect(running.url, { headers: { "User-Agent": "tester" } });
  const put = await running.aws.next(isAction("PutItem"));
  return { client, id: JSON.parse(put.body).id };
}

const call = (method: string, id: string, options?: CallOptions) => signedCall(running.gateway, method, id, options);

it("the SDK's client posts, gets and deletes", async () => {
  const { client, id } = await open();
  const sdk = new ApiGatewayManagementApiClient({
    endpoint: running.gateway.connectionsUrl,
    region: "eu-west-1",
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  await sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from('{"n":"é😀"}') }));
  expect(await client.nextFrame()).toBe('{"n":"é😀"}');
  const { ConnectedAt, LastActiveAt, Identity } = await sdk.send(new GetConnectionCommand({ ConnectionId: id }));
  expect(Identity).toEqual({ SourceIp: "127.0.0.1", UserAgent: "tester" });
  expect(ConnectedAt?.getTime()).toBeLessThanOrEqual(LastActiveAt?.getTime() ?? 0);
  await sdk.send(new DeleteConnectionCommand({ ConnectionId: id }));
  expect((await client.closed).code).toBe(1000);
  await expect(sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: "x" }))).rejects.toMatchObject({
    name: "GoneException",
    $metadata: { httpStatusCode: 410 },
  });
  sdk.destroy();
});

it("GET gives ISO dates; a message and a post are activity", async () => {
  let now = Date.UTC(2026, 10, 24, 8, 0, 0, 5);
  const { client, id } = await open({ now: () => now });
  const at = (connectedAt: string, lastActiveAt: string) => ({
    status: 200,
    errorType: null,
    body: JSON.stringify(
      { identity: { sourceIp: "127.0.0.1", userAgent: "tester" }, connectedAt, lastActiveAt },
      null,
      2,
    ),
  });
  const get = () => call("GET", id, { signingDate: new Date(now) });
  expect(await get()).toEqual(at("2026-11-24T08:00:00.005Z", "2026-11-24T08:00:00.005Z"));
  now += 1_000;
  client.send('{"action":"ping"}');
  await client.nextFrame();
  expect(await get()).toEqual(at("2026-11-24T08:00:00.005Z", "2026-11-24T08:00:01.005Z"));
  now += 1_000;
  await call("POST", id, { body: "hello", signingDate: new Date(now) });
  expect(await get()).toEqual(at("2026-11-24T08:00:00.005Z", "2026-11-24T08:00:02.005Z"));
});

it("posts arrive whole, in order, at 128 KB and empty too", async () => {
  const { client, id } = await open();
  const large = "é".repeat(64 * 1_024);
  for (const body of ["first", large, "", "last"])
    expect(await call("POST", id, { body })).toEqual({ status: 200, errorType: null, body: "" });
  expect([
    await client.nextFrame(),
    await client.nextFrame(),
    await client.nextFrame(),
    await client.nextFrame(),
  ]).toEqual(["first", large, "", "last"]);
});

it("rejects more than 128 KB with 413, whether its length is announced or not", async () => {
  const { client, id } = await open();
  const body = "x".repeat(128 * 1_024 + 1);
  const refusal = { status: 413, errorType: null, body: "" };
  expect(await call("POST", id, { body })).toEqual(refusal);
  const chunked = await fetch(`${running.gateway.connectionsUrl}/@connections/${encodeURIComponent(id)}`, {
    method: "POST",
    body: new Blob([body]).stream(),
    duplex: "half",
  } as RequestInit);
  expect(chunked.status).toBe(413);
  expect(client.frames.entries).toEqual([]);
});

it("rejects a connection that is gone with 410", async () => {
  const { client, id } = await open();
  const gone = { status: 410, errorType: "GoneException", body: "" };
  client.socket.close();
  await running.aws.next(isAction("DeleteItem"));
  for (const method of ["POST", "GET", "DELETE"]) expect(await call(method, id)).toEqual(gone);
});

it("rejects with 410 while the handshake is under way, though the row exists, and serves right after", async () => {
  running = await runGateway();
  let finish = (): void => undefined;
  running.aws.respond = (request) =>
    isAction("PutItem")(request)
      ? new Promise((resolve) => {
          finish = () => resolve({});
        })
      : {};
  const opened = connect(running.url);
  const { id } = JSON.parse((await running.aws.next(isAction("PutItem"))).body);
  expect((await call("POST", id, { body: "early" })).status).toBe(410);
  finish();
  const client = await opened;
  expect((await call("POST", id, { body: "on time" })).status).toBe(200);
  expect(await client.nextFrame()).toBe("on time");
});

it("rejects what is no connection id with 400", async () => {
  await open();
  expect(await call("POST", "nonsense", { body: "x" })).toEqual({
    status: 400,
    errorType: "BadRequestException",
    body: '{"message":"Invalid connectionId: nonsense"}',
  });
});

it("rejects with 429 what a client does not read, and serves everybody else meanwhile", async () => {
  const { client, id } = await open({ limits: { bufferedBytes: 256 * 1_024 } });
  const other = await connect(running.url);
  const otherId = JSON.parse((await running.aws.next(isAction("PutItem"))).body).id;
  client.socket.pause();
  const body = "x".repeat(128 * 1_024);
  let status = 200;
  let taken = 0;
  for (; status === 200 && taken < 500; taken++) status = (await call("POST", id, { body })).status;
  expect(await call("POST", id, { body })).toEqual({
    status: 429,
    errorType: "LimitExceededException",
    body: '{"message":"The client is not reading: its buffer is full"}',
  });
  expect((await call("POST", otherId, { body: "still here" })).status).toBe(200);
  expect(await other.nextFrame()).toBe("still here");
  client.socket.resume();
  for (let frame = 0; frame < taken - 1; frame++) await client.nextFrame();
  expect((await call("POST", id, { body: "again" })).status).toBe(200);
  expect(await client.nextFrame()).toBe("again");
});

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

it.each<[string, CallOptions, string, string]>([
  [
    "no signature",
    { tamper: ({ headers }) => delete headers.authorization },
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
  ],
  [
    "something else than a signature",
    { tamper: ({ headers }) => Object.assign(headers, { authorization: "Bearer x" }) },
    "IncompleteSignatureException",
    "Authorization header requires Credential, SignedHeaders and Signature.",
  ],
  [
    "another secret",
    { credentials: { ...CREDENTIALS, secretAccessKey: "wrong" } },
    "InvalidSignatureException",
    MISMATCH,
  ],
  [
    "an unknown key",
    { credentials: { ...CREDENTIALS, accessKeyId: "AKIDOTHER" } },
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
  ],
  [
    "another region",
    { region: "us-east-1" },
    "InvalidSignatureException",
    "Credential should be scoped to eu-west-1/execute-api.",
  ],
  [
    "another service",
    { service: "sqs" },
    "InvalidSignatureException",
    "Credential should be scoped to eu-west-1/execute-api.",
  ],
  [
    "another body",
    { tamper: (request) => Object.assign(request, { body: "forged" }) },
    "InvalidSignatureException",
    MISMATCH,
  ],
  [
    "another method",
    { tamper: (request) => Object.assign(request, { method: "DELETE", body: "" }) },
    "InvalidSignatureException",
    MISMATCH,
  ],
  [
    "a changed header",
    { tamper: ({ headers }) => Object.assign(headers, { "x-amz-content-sha256": "0".repeat(64) }) },
    "InvalidSignatureException",
    MISMATCH,
  ],
])("rejects %s with 403, and delivers nothing", async (_, options, type, message) => {
  const { client, id } = await open();
  expect(await call("POST", id, { body: "hello", ...options })).toEqual({
    status: 403,
    errorType: type,
    body: JSON.stringify({ message }),
  });
  await call("POST", id, { body: "genuine" });
  expect(await client.nextFrame()).toBe("genuine");
});

it("rejects a signature older than five minutes, and takes a session's token", async () => {
  const session = { ...CREDENTIALS, sessionToken: "session" };
  const { id } = await open({ credentials: [session] });
  const old = await call("POST", id, { body: "x", credentials: session, signingDate: new Date(Date.now() - 301_000) });
  expect(old).toMatchObject({
    status: 403,
    errorType: "InvalidSignatureException",
    body: expect.stringContaining("Signature expired"),
  });
  expect((await call("POST", id, { body: "x" })).errorType).toBe("UnrecognizedClientException");
  expect((await call("POST", id, { body: "x", credentials: session })).status).toBe(200);
});

it.each(["/", "/dev", "/dev/connections/x"])("rejects plain HTTP to %s with 403", async (path) => {
  running = await runGateway();
  const response = await fetch(`http://127.0.0.1:${running.gateway.port}${path}`);
  expect([response.status, await response.text()]).toEqual([403, '{"message":"Missing Authentication Token"}']);
});

it("posts reach each of 200 connections once", async () => {
  running = await runGateway();
  const clients = await Promise.all(Array.from({ length: 200 }, () => connect(running.url)));
  const ids = running.aws.requests.entries.filter(isAction("PutItem")).map(({ body }) => JSON.parse(body).id as string);
  expect(new Set(ids).size).toBe(200);
  await Promise.all(ids.map(async (id) => expect((await call("POST", id, { body: id })).status).toBe(200)));
  const frames = await Promise.all(clients.map((client) => client.nextFrame()));
  expect([...frames].sort()).toEqual([...ids].sort());
  expect(
    clients.every(({ frames: { entries }, socket }) => entries.length === 1 && socket.readyState === WebSocket.OPEN),
  ).toBe(true);
});
