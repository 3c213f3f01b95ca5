import { FunctionError } from "../../../emulator/gateway/start-gateway";
import { api, authorized, FUNCTION_ARN } from "./support/api";
import { gatewayWords } from "./support/gateway-words";
import { connectionId, type RunningGateway, runGateway } from "./support/running-gateway";
import { isAction } from "./support/scripted-aws";
import { connect, handshake } from "./support/test-client";

const STAGE_ARN = "arn:aws:execute-api:eu-central-1:000000000000:a1b2c3/prod";
const NOW = Date.UTC(2026, 10, 24, 8, 15, 31);

const policy = (Effect: string, Resource: string, more = {}) => ({
  principalId: "ada",
  policyDocument: { Version: "2012-10-17", Statement: [{ Effect, Action: "execute-api:Invoke", Resource }] },
  ...more,
});

let running: RunningGateway;
afterEach(() => running.stop());

async function answers(result: unknown, path = "/prod?token=t"): Promise<unknown> {
  running = await runGateway({
    api: api({ $connect: authorized }),
    invoke: async () => {
      if (result instanceof Error) throw result;
      return result;
    },
  });
  return handshake(`ws://127.0.0.1:${running.gateway.port}${path}`);
}

it("gives the authorizer the event of a REQUEST authorizer", async () => {
  const calls: unknown[] = [];
  running = await runGateway({
    api: api({ $connect: authorized }, { variables: { table: "rows" } }),
    now: () => NOW,
    invoke: async (...call) => {
      calls.push(call);
      return policy("Allow", `${STAGE_ARN}/*`, { context: { tenant: 7 } });
    },
  });

  const client = await connect(`${running.gateway.url}?token=t&room=a&room=b`, {
    perMessageDeflate: false,
    headers: { "User-Agent": "probe/1" },
  });

  const id = expect.stringMatching(/^[\w-]{15}=$/);
  const trace = expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24}$/);
  const host = `127.0.0.1:${running.gateway.port}`;
  expect(calls).toEqual([
    [
      FUNCTION_ARN,
      {
        type: "REQUEST",
        methodArn: `${STAGE_ARN}/$connect`,
        headers: {
          "Sec-WebSocket-Version": "13",
          "Sec-WebSocket-Key": expect.any(String),
          "User-Agent": "probe/1",
          Host: host,
          "X-Amzn-Trace-Id": trace,
          "X-Forwarded-For": "127.0.0.1",
          "X-Forwarded-Port": "443",
          "X-Forwarded-Proto": "https",
          Connection: "upgrade",
          "content-length": "0",
          Upgrade: "websocket",
        },
        multiValueHeaders: {
          "Sec-WebSocket-Version": ["13"],
          "Sec-WebSocket-Key": [expect.any(String)],
          "User-Agent": ["probe/1"],
          Host: [host],
          "X-Amzn-Trace-Id": [trace],
          "X-Forwarded-For": ["127.0.0.1"],
          "X-Forwarded-Port": ["443"],
          "X-Forwarded-Proto": ["https"],
          Connection: ["upgrade"],
          "content-length": ["0"],
          Upgrade: ["websocket"],
        },
        queryStringParameters: { token: "t", room: "b" },
        multiValueQueryStringParameters: { token: ["t"], room: ["a", "b"] },
        stageVariables: { table: "rows" },
        requestContext: {
          routeKey: "$connect",
          eventType: "CONNECT",
          extendedRequestId: id,
          requestTime: "24/Nov/2026:08:15:31 +0000",
          messageDirection: "IN",
          stage: "prod",
          connectedAt: NOW,
          requestTimeEpoch: NOW,
          identity: { sourceIp: "127.0.0.1", userAgent: "probe/1" },
          requestId: id,
          domainName: host,
          connectionId: await connectionId(running),
          apiId: "a1b2c3",
        },
      },
    ],
  ]);
  const put = await running.aws.requests.first(isAction("PutItem"));
  expect(JSON.parse(put.body)).toMatchObject({ user: "ada" });
  client.socket.terminate();
});

it("rejects a handshake without the identity source, and does not call the authorizer", async () => {
  expect(await answers(new Error("called"), "/prod")).toEqual({ status: 401, body: gatewayWords("Unauthorized") });
  expect(running.faults.entries.map(({ reason }) => reason)).toEqual([
    "identity source route.request.querystring.token is missing",
  ]);
});

const NOT_ALLOWED = "because no identity-based policy allows the execute-api:Invoke action";

it.each([
  ["an explicit deny", policy("Deny", `${STAGE_ARN}/*`), "with an explicit deny in an identity-based policy"],
  ["a policy for another stage", policy("Allow", `${STAGE_ARN.replace("/prod", "/other")}/*`), NOT_ALLOWED],
  ["a policy for another route", policy("Allow", `${STAGE_ARN}/ping`), NOT_ALLOWED],
])("rejects a handshake on %s with 403, and runs no integration", async (_, result, why) => {
  const message = `User is not authorized to access this resource ${why}`;
  expect(await answers(result)).toEqual({ status: 403, body: gatewayWords(message) });
  expect(running.aws.requests.entries).toEqual([]);
});

it.each<[string, unknown, string?]>([
  ["cannot be called", new Error("not authorized"), "Internal server error"],
  ["fails", new FunctionError("Sandbox.Timedout", "Task timed out"), "Internal server error"],
  ["returns null", null],
  ["returns no policy", { principalId: "ada" }],
  ["returns a policy without statements", { principalId: "ada", policyDocument: { Statement: [] } }],
  ["returns an object in its context", policy("Allow", "*", { context: { nested: {} } })],
  ["returns more than 8 KB", policy("Allow", "*", { context: { claims: "x".repeat(8_192) } })],
])("rejects a handshake with 500 when the authorizer %s", async (_, result, message = "") => {
  expect(await answers(result)).toEqual({ status: 500, body: gatewayWords(message) });
  expect(running.aws.requests.entries).toEqual([]);
});
