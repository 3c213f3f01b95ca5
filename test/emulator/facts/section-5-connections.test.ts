/** What AWS answered in captures of September 2026: @connections. A title is one captured fact. */
import type { Caller, IdentifyCaller } from "../../../emulator/gateway/start-gateway";
import { Journal } from "../gateway/support/journal";
import { type RunningGateway, runGateway } from "../gateway/support/running-gateway";
import { connect, type TestClient } from "../gateway/support/test-client";
import { type ManagementAnswer, manage } from "./support/manage";
import { type Invocation, invokeNamed, proxyApi } from "./support/proxy-api";

const UUID = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
const OF_API_GATEWAY = {
  "content-type": "application/json",
  "x-amzn-requestid": UUID,
  "x-amz-apigw-id": expect.stringMatching(/^[\w-]{15}=$/),
  "x-amzn-trace-id": expect.stringMatching(/^Root=1-/),
};

let running: RunningGateway;
let invocations: Journal<Invocation>;
afterEach(() => running.stop());

async function open(
  options: Partial<Parameters<typeof runGateway>[0]> = {},
): Promise<{ readonly client: TestClient; readonly id: string }> {
  invocations = new Journal();
  const [stage] = proxyApi().stages;
  running = await runGateway({
    api: { ...proxyApi(), stages: [stage, { ...stage, name: "blue" }] as ReturnType<typeof proxyApi>["stages"] },
    invoke: invokeNamed(invocations),
    ...options,
  });
  const client = await connect(running.gateway.url);
  const { event } = await invocations.first(({ name }) => name === "connect");
  return { client, id: event.requestContext.connectionId };
}

const call = (
  method: string,
  id: string,
  more: Partial<Parameters<typeof manage>[2]> = {},
): Promise<ManagementAnswer> => manage(running.gateway, method, { id, ...more });

/** A live id with its first character changed: of the right shape, and never issued. */
const neverIssued = (id: string): string => `${id.startsWith("A") ? "B" : "A"}${id.slice(1)}`;

it("POST 200 has content-type application/json, content-length 0, and the three ids", async () => {
  const { id } = await open();
  const { status, headers, body } = await call("POST", id, { body: "x" });
  expect([status, body]).toEqual([200, ""]);
  expect(headers).toMatchObject({ ...OF_API_GATEWAY, "content-length": "0" });
});

it.each([32_768, 32_769, 131_072])("POST takes %i bytes", async (bytes) => {
  const { client, id } = await open();
  expect((await call("POST", id, { body: "x".repeat(bytes) })).status).toBe(200);
  expect((await client.nextFrame()).length).toBe(bytes);
});

it("131,073 bytes: 413 with no body, no content type, no error type, no request id; the connection lives on", async () => {
  const { client, id } = await open();
  const { status, headers, body } = await call("POST", id, { body: "x".repeat(131_073) });
  expect([status, body]).toEqual([413, ""]);
  for (const name of ["content-type", "x-amzn-errortype", "x-amzn-requestid", "x-amz-apigw-id"]) {
    expect(headers).not.toHaveProperty(name);
  }
  expect((await call("POST", id, { body: "on" })).status).toBe(200);
  expect(await client.nextFrame()).toBe("on");
});

it("POST of nothing: an empty text frame", async () => {
  const { client, id } = await open();
  const isBinary = new Promise((resolve) => client.socket.once("message", (_, binary) => resolve(binary)));
  await call("POST", id);
  expect([await client.nextFrame(), await isBinary]).toEqual(["", false]);
});

it("bytes that are no UTF-8: a text frame with U+FFFD for them", async () => {
  const { client, id } = await open();
  const isBinary = new Promise((resolve) => client.socket.once("message", (_, binary) => resolve(binary)));
  await call("POST", id, { body: Buffer.from([0x61, 0xff, 0x62]) });
  expect([await client.nextFrame(), await isBinary]).toEqual(["a\ufffdb", false]);
});

it("GET 200 is JSON over several lines: identity with sourceIp and userAgent, connectedAt, lastActiveAt in ISO 8601", async () => {
  const { id } = await open({ now: () => Date.UTC(2026, 8, 25, 0, 2, 29, 7) });
  const { status, body } = await call("GET", id, { signingDate: new Date(Date.UTC(2026, 8, 25, 0, 2, 29)) });
  expect(status).toBe(200);
  expect(body).toBe(
    [
      "{",
      '  "identity": {',
      '    "sourceIp": "127.0.0.1",',
      '    "userAgent": ""',
      "  },",
      '  "connectedAt": "2026-09-25T00:02:29.007Z",',
      '  "lastActiveAt": "2026-09-25T00:02:29.007Z"',
      "}",
    ].join("\n"),
  );
});

it("lastActiveAt moves with a POST, an empty one too, and with the client's frames, not with GET", async () => {
  const startedAt = Date.UTC(2026, 8, 25);
  let now = startedAt;
  const { client, id } = await open({ now: () => now });
  const at = { signingDate: new Date(startedAt) };
  const lastActive = async (): Promise<number> =>
    Date.parse(JSON.parse((await call("GET", id, at)).body).lastActiveAt) - startedAt;
  now += 1_000;
  expect(await lastActive()).toBe(0);
  await call("POST", id, { body: "x", ...at });
  expect(await lastActive()).toBe(1_000);
  now += 1_000;
  await call("POST", id, at);
  expect(await lastActive()).toBe(2_000);
  now += 1_000;
  client.send('{"action":"echo"}');
  await client.frames.first((frame) => frame === "answer of echo");
  expect(await lastActive()).toBe(3_000);
});

it("DELETE 204, without content-length", async () => {
  const { id } = await open();
  const { status, headers } = await call("DELETE", id);
  expect(status).toBe(204);
  expect(headers).not.toHaveProperty("content-length");
});

it.each(["DELETE", "close"])(
  "410 GoneException, application/json, length 0, no body, for a connection that was: after %s",
  async (how) => {
    const { client, id } = await open();
    if (how === "DELETE") await call("DELETE", id);
    else client.socket.close();
    await client.closed;
    await invocations.first(({ name }) => name === "disconnect");
    for (const method of ["POST", "GET", "DELETE"]) {
      const { status, headers, body } = await call(method, id);
      expect([status, body]).toEqual([410, ""]);
      expect(headers).toMatchObject({
        "x-amzn-errortype": "GoneException",
        "content-type": "application/json",
        "content-length": "0",
      });
    }
  },
);

it.each(["well-formed", "garbage"])(
  "400 BadRequestException for an id that API Gateway never issued, before signature and IAM: %s",
  async (kind) => {
    const { id } = await open();
    const wrong = kind === "garbage" ? "nonsense" : neverIssued(id);
    for (const isSigned of [true, false]) {
      const { status, headers, body } = await call("GET", wrong, { isSigned });
      expect([status, headers["x-amzn-errortype"], body]).toEqual([
        400,
        "BadRequestException",
        `{"message":"Invalid connectionId: ${wrong}"}`,
      ]);
    }
  },
);

it("unsigned, id good: 403 MissingAuthenticationTokenException", async () => {
  const { id } = await open();
  const { status, headers, body } = await call("POST", id, { isSigned: false });
  expect([status, headers["x-amzn-errortype"], body]).toEqual([
    403,
    "MissingAuthenticationTokenException",
    '{"message":"Missing Authentication Token"}',
  ]);
});

const ROLE = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "of the role", sessionToken: "its session" };
const ROLE_ARN = "arn:aws:sts::000000000000:assumed-role/pusher/session";
const RESOURCE = "arn:aws:execute-api:eu-central-1:000000000000:a1b2c3/prod";

/** Identifies the role, whose policies decide by the resource. @returns the resources that were asked for */
function decideWith(decide: (resource: string) => Caller["decision"]): [asked: string[], identify: IdentifyCaller] {
  const asked: string[] = [];
  const identify: IdentifyCaller = async (_key, resource) => {
    asked.push(resource);
    return { credentials: ROLE, arn: ROLE_ARN, decision: decide(resource) };
  };
  return [asked, identify];
}

it.each<[string, Caller["decision"], string]>([
  [
    "no policy allows it",
    "implicit deny",
    "because no identity-based policy allows the execute-api:ManageConnections action",
  ],
  ["a policy denies it", "explicit deny", "with an explicit deny in an identity-based policy"],
])(
  "signed without the right, %s: 403 AccessDeniedException, capital M, the account hidden",
  async (_, decision, why) => {
    const [, identifyCaller] = decideWith(() => decision);
    const { client, id } = await open({ identifyCaller });
    for (const method of ["POST", "GET", "DELETE"]) {
      const { status, headers, body } = await call(method, id, { credentials: ROLE });
      const resource = `arn:aws:execute-api:eu-central-1:********0000:a1b2c3/prod/${method}/@connections/{connectionId}`;
      const text = `User: ${ROLE_ARN} is not authorized to perform: execute-api:ManageConnections on resource: ${resource} ${why}`;
      expect([status, headers["x-amzn-errortype"], body]).toEqual([
        403,
        "AccessDeniedException",
        `{"Message":"${text}"}`,
      ]);
    }
    expect((await call("POST", id, { body: "still here" })).status).toBe(200);
    expect(await client.nextFrame()).toBe("still here");
  },
);

it("IAM's resource is the literal {connectionId}: a policy for one id never matches", async () => {
  let allowed = "";
  const [asked, identifyCaller] = decideWith((resource) => (resource === allowed ? "allow" : "implicit deny"));
  const { id } = await open({ identifyCaller });
  const post = async () => (await call("POST", id, { credentials: ROLE })).status;
  allowed = `${RESOURCE}/POST/@connections/${id}`;
  expect(await post()).toBe(403);
  allowed = `${RESOURCE}/POST/@connections/{connectionId}`;
  expect(await post()).toBe(200);
  expect(asked).toEqual([allowed, allowed]);
});

it("GET and POST rights are apart", async () => {
  const [, identifyCaller] = decideWith((resource) => (resource.includes("/GET/") ? "allow" : "implicit deny"));
  const { id } = await open({ identifyCaller });
  const statuses = ["GET", "POST", "DELETE"].map(
    async (method) => (await call(method, id, { credentials: ROLE })).status,
  );
  expect(await Promise.all(statuses)).toEqual([200, 403, 403]);
});

it("400 for an id that was never issued comes before IAM: nobody is asked", async () => {
  const [asked, identifyCaller] = decideWith(() => "implicit deny");
  const { id } = await open({ identifyCaller });
  expect((await call("GET", neverIssued(id), { credentials: ROLE })).status).toBe(400);
  expect(asked).toEqual([]);
});

it("a connection answers through any stage of its API that exists", async () => {
  const { client, id } = await open();
  expect((await call("POST", id, { body: "by blue", stage: "blue" })).status).toBe(200);
  expect(await client.nextFrame()).toBe("by blue");
  expect((await call("GET", id, { stage: "blue" })).status).toBe(200);
  expect((await call("DELETE", id, { stage: "blue" })).status).toBe(204);
});

it("a stage that does not exist: 403 ForbiddenException", async () => {
  const { id } = await open();
  const { status, headers, body } = await call("POST", id, { stage: "green" });
  expect([status, headers["x-amzn-errortype"], body]).toEqual([403, "ForbiddenException", '{"message":"Forbidden"}']);
});

it("the id is percent-encoded in the path", async () => {
  const { client, id } = await open();
  const path = `/prod/@connections/${id.replace(/=/g, "%3D")}`;
  expect((await call("POST", id, { path, body: "x" })).status).toBe(200);
  expect(await client.nextFrame()).toBe("x");
});
