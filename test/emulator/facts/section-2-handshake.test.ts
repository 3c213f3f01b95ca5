/** What AWS answered in captures of September 2026: the handshake. A title is one captured fact. */
import { FunctionError } from "../../../emulator/gateway/start-gateway";
import { gatewayWords } from "../gateway/support/gateway-words";
import { Journal } from "../gateway/support/journal";
import { type RunningGateway, runGateway } from "../gateway/support/running-gateway";
import { allow, authorizedProxy, type Event, type Invocation, invokeNamed, proxyApi } from "./support/proxy-api";
import { type RawAnswer, rawHandshake } from "./support/raw-handshake";

let running: RunningGateway;
let invocations: Journal<Invocation>;
afterEach(() => running.stop());

interface Attempt {
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly identitySources?: string[];
  readonly authorizer?: (event: Event) => unknown;
  readonly connect?: (event: Event) => unknown;
}

async function attempt({
  path = "?token=t",
  headers,
  identitySources,
  authorizer,
  connect,
}: Attempt): Promise<RawAnswer> {
  invocations = new Journal();
  running = await runGateway({
    api: proxyApi(
      { $connect: authorizedProxy(identitySources) },
      { accessLogFormat: "$context.requestId $context.status" },
    ),
    invoke: invokeNamed(invocations, { authorizer: authorizer ?? (() => allow()), ...(connect && { connect }) }),
  });
  return rawHandshake(`${running.gateway.url}${path}`, headers);
}

const called = (): string[] => invocations.entries.map(({ name }) => name);

const statement = (Effect: unknown, Resource = "*") => ({
  policyDocument: { Statement: [{ Effect, Action: "execute-api:Invoke", Resource }] },
});

it("101 has date, connection, upgrade, sec-websocket-accept and nothing else", async () => {
  const { status, headers } = await attempt({});
  expect(status).toBe(101);
  expect(Object.keys(headers).sort()).toEqual(["connection", "date", "sec-websocket-accept", "upgrade"]);
});

it("a refusal by route or authorizer is JSON in UTF-8, keep-alive, with x-amz-apigw-id = requestId and no x-amzn-RequestId or -ErrorType", async () => {
  const { headers, body } = await attempt({ authorizer: () => allow(statement("Deny")) });
  const { requestId } = JSON.parse(body);
  expect(headers).toEqual({
    date: expect.any(String),
    "content-type": "application/json; charset=UTF-8",
    connection: "keep-alive",
    "x-amz-apigw-id": requestId,
    "content-length": String(Buffer.byteLength(body)),
  });
  expect(running.accessLog.entries).toEqual([`${requestId} 403`]);
});

it.each<[string, Attempt]>([
  ["missing", { path: "" }],
  ["empty", { path: "?token=" }],
  ["empty in the last of its repeated values", { path: "?token=t&token=" }],
])("401, Unauthorized, when an identity source is %s; the function is not called", async (_, how) => {
  expect(await attempt(how)).toMatchObject({ status: 401, body: gatewayWords("Unauthorized") });
  expect(called()).toEqual([]);
});

it('401, Unauthorized, when the function throws exactly "Unauthorized"', async () => {
  const refuse = (message: string) => () => {
    throw new FunctionError("Error", message);
  };
  expect(await attempt({ authorizer: refuse("Unauthorized") })).toMatchObject({
    status: 401,
    body: gatewayWords("Unauthorized"),
  });
  await running.stop();
  expect((await attempt({ authorizer: refuse("unauthorized") })).status).toBe(500);
});

it("403 for a Deny names an explicit deny", async () => {
  const words = "User is not authorized to access this resource with an explicit deny in an identity-based policy";
  expect(await attempt({ authorizer: () => allow(statement("Deny")) })).toMatchObject({
    status: 403,
    body: gatewayWords(words),
  });
});

it("403 where no statement matches names the missing allow", async () => {
  const words =
    "User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action";
  expect(await attempt({ authorizer: () => allow(statement("Allow", "arn:aws:execute-api:*:*:x/*")) })).toMatchObject({
    status: 403,
    body: gatewayWords(words),
  });
});

it.each<[string, unknown]>([
  ["no policy", { principalId: "ada" }],
  ["a malformed policy", allow({ policyDocument: "Allow" })],
  ["a bad Effect", allow(statement("Permit"))],
  ["a principalId that is an object", allow({ principalId: {} })],
  ["a nested context", allow({ context: { user: { id: 1 } } })],
  ["a context that is no object", allow({ context: "text" })],
  ["a simple response", { isAuthorized: true }],
])('500 with message "" when the function returned %s', async (_, result) => {
  expect(await attempt({ authorizer: () => result })).toMatchObject({ status: 500, body: gatewayWords("") });
  expect(called()).toEqual(["authorizer"]);
});

it("500, Internal server error, when API Gateway may not invoke the function", async () => {
  const refuse = () => {
    throw Object.assign(new Error("not authorized to perform lambda:InvokeFunction"), {
      name: "AccessDeniedException",
    });
  };
  expect(await attempt({ authorizer: refuse })).toMatchObject({
    status: 500,
    body: gatewayWords("Internal server error"),
  });
});

it.each([
  ["two", "a", "b"],
  ["two, one of them empty,", "a", ""],
])(
  "400 of the load balancer for %s Authorization headers; nothing of API Gateway sees it",
  async (_, first, second) => {
    const answer = await attempt({
      headers: [
        ["Authorization", first],
        ["authorization", second],
      ],
    });
    expect(answer).toMatchObject({ status: 400, headers: { "content-type": "text/html", server: "awselb/2.0" } });
    expect(answer.body).not.toContain("{");
    expect(called()).toEqual([]);
    expect(running.accessLog.entries).toEqual([]);
  },
);

it("a $connect integration (proxy) that answers 403 refuses with its own body", async () => {
  const answer = await attempt({ connect: () => ({ statusCode: 403, body: "not you" }) });
  expect([answer.status, answer.body]).toEqual([403, "not you"]);
});

it("a header identity source is matched without regard to case", async () => {
  const identitySources = ["route.request.header.X-Token"];
  expect((await attempt({ identitySources, path: "", headers: [["x-tOKEN", "t"]] })).status).toBe(101);
});
