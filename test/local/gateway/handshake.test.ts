import { request } from "node:http";
import { WebSocket } from "ws";
import { policy, type RunningGateway, runGateway } from "./support/running-gateway";
import { SAMPLE_ROUTES, sampleApi } from "./support/sample-api";
import { isAction } from "./support/scripted-aws";
import { connect, refused } from "./support/test-client";

let running: RunningGateway;
const run = async (...args: Parameters<typeof runGateway>): Promise<RunningGateway> => {
  running = await runGateway(...args);
  return running;
};

afterEach(() => running.stop());

describe("the handshake", () => {
  test("stores the connection of the authorizer's principal, then opens", async () => {
    const { url, aws, gateway } = await run();
    const client = await connect(url);
    expect(client.socket.protocol).toBe("");
    expect(client.socket.extensions).toBe("");
    const put = await aws.next(isAction("PutItem"));
    const item = JSON.parse(put.body);
    expect(item).toEqual({ id: expect.stringMatching(/^[\w-]{15}=$/), user: "alice", level: "3" });
    expect(put.url).toBe("/");
    expect(put.headers["content-type"]).toBe("application/x-amz-json-1.0");
    expect(put.headers.authorization).toContain("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/");
    expect(put.headers.authorization).toContain("/eu-west-1/dynamodb/aws4_request");
    expect(gateway.connectionCount).toBe(1);
  });

  test("invokes the authorizer with the event of a WebSocket API", async () => {
    const events: unknown[] = [];
    const { gateway } = await run({
      now: () => Date.UTC(2026, 10, 24, 8, 15, 31),
      invoke: async (functionArn, event) => {
        events.push(functionArn, event);
        return policy("Allow");
      },
    });
    await connect(`${gateway.url}?authorization=tok%20en&room=a&room=b`, { headers: { "X-Custom": "1" } });
    const id = expect.stringMatching(/^[\w-]{15}=$/);
    expect(events).toEqual([
      "arn:aws:lambda:eu-west-1:000000000000:function:authorizer:latest",
      {
        type: "REQUEST",
        methodArn: "arn:aws:execute-api:eu-west-1:000000000000:sample/dev/$connect",
        headers: expect.objectContaining({ Host: `127.0.0.1:${gateway.port}`, Upgrade: "websocket", "X-Custom": "1" }),
        multiValueHeaders: expect.objectContaining({ "X-Custom": ["1"] }),
        queryStringParameters: { authorization: "tok en", room: "b" },
        multiValueQueryStringParameters: { authorization: ["tok en"], room: ["a", "b"] },
        stageVariables: {},
        requestContext: {
          routeKey: "$connect",
          eventType: "CONNECT",
          extendedRequestId: id,
          requestTime: "24/Nov/2026:08:15:31 +0000",
          messageDirection: "IN",
          stage: "dev",
          connectedAt: Date.UTC(2026, 10, 24, 8, 15, 31),
          requestTimeEpoch: Date.UTC(2026, 10, 24, 8, 15, 31),
          identity: { sourceIp: "127.0.0.1", userAgent: "" },
          requestId: id,
          domainName: `127.0.0.1:${gateway.port}`,
          connectionId: id,
          apiId: "aws_apigatewayv2_api.ws",
        },
      },
    ]);
  });

  test("rejects with 401 without the identity source, and asks no authorizer", async () => {
    const { gateway, aws } = await run({ invoke: () => Promise.reject(new Error("must not be called")) });
    expect(await refused(gateway.url)).toEqual({ status: 401, body: '{"message":"Unauthorized"}' });
    expect(await refused(`${gateway.url}?authorization=`)).toEqual({ status: 401, body: '{"message":"Unauthorized"}' });
    expect(aws.received).toEqual([]);
  });

  test.each([
    ["a Deny", policy("Deny")],
    ["an Allow of another API", policy("Allow", "arn:aws:execute-api:eu-west-1:000000000000:other/dev/*")],
    [
      "a Deny beside an Allow",
      {
        principalId: "alice",
        policyDocument: {
          Statement: [
            { Effect: "Allow", Action: "*", Resource: "*" },
            { Effect: "Deny", Action: ["execute-api:Invoke"], Resource: ["arn:aws:execute-api:*:sample/dev/$conn?ct"] },
          ],
        },
      },
    ],
  ])("rejects with 403 on %s", async (_, result) => {
    const { url, aws } = await run({ invoke: async () => result });
    expect(await refused(url)).toEqual({ status: 403, body: '{"message":"Forbidden"}' });
    expect(aws.received).toEqual([]);
  });

  test.each([
    ["fails", () => Promise.reject(new Error("Task timed out")), "authorizer: Task timed out"],
    ["returns nothing", async () => null, "authorizer: the authorizer did not return an object"],
    [
      "returns no principal",
      async () => ({ ...policy("Allow"), principalId: 7 }),
      "authorizer: the authorizer's principalId must be text",
    ],
    ["returns no policy", async () => ({ principalId: "a" }), "authorizer: the authorizer returned no policyDocument"],
    [
      "returns an object in its context",
      async () => ({ ...policy("Allow"), context: { claims: {} } }),
      "authorizer: the authorizer's context.claims must be text, a number or a boolean",
    ],
    [
      "returns more than 8 KB",
      async () => ({ ...policy("Allow"), context: { x: "x".repeat(9_000) } }),
      "authorizer: the authorizer's result is larger than 8192 bytes",
    ],
    [
      "returns a condition",
      async () => ({
        principalId: "a",
        policyDocument: { Statement: [{ Effect: "Allow", Action: "*", Resource: "*", Condition: {} }] },
      }),
      "authorizer: policyDocument: Condition is not supported here",
    ],
  ])("rejects with 500 when the authorizer %s", async (_, invoke, reason) => {
    const { url, faults } = await run({ invoke });
    expect(await refused(url)).toEqual({ status: 500, body: '{"message":"Internal server error"}' });
    expect(faults).toMatchObject([{ routeKey: "$connect", reason }]);
  });

  test.each([
    [400, 400],
    [503, 503],
    [302, 500],
  ])("rejects when the $connect integration answers %i, with %i", async (status, expected) => {
    const { url, aws, gateway } = await run();
    aws.respond = () => ({ status });
    expect(await refused(url)).toEqual({ status: expected, body: '{"message":"Internal server error"}' });
    expect(gateway.connectionCount).toBe(0);
    expect(aws.received.filter(isAction("DeleteItem"))).toEqual([]);
  });

  test("rejects with 500 when the service cannot be reached", async () => {
    const { url, faults } = await run({ awsEndpoint: "http://127.0.0.1:9" });
    expect((await refused(url)).status).toBe(500);
    expect(faults).toMatchObject([{ reason: "dynamodb cannot be reached: ECONNREFUSED" }]);
  });

  test.each(["", "/", "/prod", "/dev/deeper", "/DEV"])(
    "rejects the path %p with 403: the stage is part of the URL",
    async (path) => {
      const { gateway } = await run();
      const origin = gateway.url.replace("/dev", "");
      expect(await refused(`${origin}${path}?authorization=token`)).toEqual({
        status: 403,
        body: '{"message":"Forbidden"}',
      });
    },
  );

  test("opens on the stage's path with a slash at its end", async () => {
    const { gateway } = await run();
    await connect(`${gateway.url}/?authorization=token`);
  });

  test("opens without a $connect route", async () => {
    const { ping } = SAMPLE_ROUTES;
    const { gateway } = await run({ api: sampleApi({ ping: ping ?? { routeKey: "" } }) });
    await connect(gateway.url);
  });

  test("rejects an upgrade that is no WebSocket handshake with 400, before $connect", async () => {
    const { gateway, aws } = await run();
    const status = await new Promise((resolve, reject) => {
      request(`${gateway.connectionsUrl}?authorization=token`, {
        headers: { Connection: "Upgrade", Upgrade: "websocket" },
      })
        .on("response", (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(400);
    expect(aws.received).toEqual([]);
  });

  test("removes the row of a client that left during its handshake", async () => {
    let answer = (): void => undefined;
    const { url, aws, gateway } = await run();
    aws.respond = (received) =>
      isAction("PutItem")(received)
        ? new Promise((resolve) => {
            answer = () => resolve({});
          })
        : {};
    const socket = new WebSocket(url);
    socket.on("error", () => undefined);
    const put = await aws.next(isAction("PutItem"));
    socket.terminate();
    answer();
    const deleted = await aws.next(isAction("DeleteItem"));
    expect(JSON.parse(deleted.body)).toEqual({ id: JSON.parse(put.body).id, user: "alice" });
    expect(gateway.connectionCount).toBe(0);
  });
});
