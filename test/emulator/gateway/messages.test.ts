import { gatewayWords } from "./support/gateway-words";
import { type RunningGateway, runGateway } from "./support/running-gateway";
import { SAMPLE_ROUTES, sampleApi } from "./support/sample-api";
import { isAction, type ReceivedRequest } from "./support/scripted-aws";
import { connect, type TestClient } from "./support/test-client";

let running: RunningGateway;
afterEach(() => running.stop());

async function open(options: Parameters<typeof runGateway>[0] = {}): Promise<{ client: TestClient; id: string }> {
  running = await runGateway(options);
  const client = await connect(running.url);
  return { client, id: JSON.parse((await running.aws.next(isAction("PutItem"))).body).id };
}

const toQueue = ({ path }: ReceivedRequest): boolean => path === "/000000000000/messages";

const ask = async (client: TestClient, frame: string): Promise<string> => {
  client.send(frame);
  return client.nextFrame();
};

/** A route beside the sample's $connect and $disconnect. */
const withRoute = (route: Parameters<typeof sampleApi>[0]): ReturnType<typeof sampleApi> => {
  const { connect: first, disconnect: last } = SAMPLE_ROUTES;
  return sampleApi({ ...(first && { connect: first }), ...(last && { disconnect: last }), ...route });
};

it("send posts a signed form to the queue's path, and acknowledges", async () => {
  const { client } = await open();
  const ack = JSON.parse(await ask(client, '{"action":"send","message":{"a":[1.50,"é&=+ \\"#set"]}}'));
  expect(ack).toEqual({ ack: "send", status: expect.stringMatching(/^[\w-]{15}=$/) });
  const { body, headers } = await running.aws.next(toQueue);
  expect(body).toBe("Action=SendMessage&MessageBody=%7B%22a%22%3A%5B1.50%2C%22%C3%A9%26%3D%2B+%5C%22%23set%22%5D%7D");
  expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(headers.authorization).toContain("/eu-west-1/sqs/aws4_request");
});

it.each([
  '{"action":"nope"}',
  '{"action":"$connect"}',
  '{"action":"$disconnect"}',
  '{"action":{"ping":1}}',
  '{"action":"__proto__"}',
  '{"action":"constructor"}',
  "{}",
  "[]",
  "null",
  "not json",
  "",
])("a frame that no route matches is answered with Forbidden: %s", async (frame) => {
  const { client, id } = await open();
  expect(await ask(client, frame)).toEqual(gatewayWords("Forbidden", id));
  expect(running.aws.requests.entries).toHaveLength(1);
});

it.each([
  [
    "a template that fails",
    { request_templates: { $default: "$input.path('$.secret').substring(99)" } },
    "Internal server error",
    "mapping template: $input.path('$.secret').substring(99): .substring(99) is out of bounds: Java throws, API Gateway answers 500",
  ],
  [
    "no template under NEVER",
    { template_selection_expression: "$request.body.secret", request_templates: { other: "{}" } },
    "Unsupported Media Type",
    "no request template is selected, passthrough is NEVER",
  ],
  [
    "a MOCK template without statusCode",
    { request_templates: { $default: "{}" } },
    "Internal server error",
    'a MOCK request template must render {"statusCode": <number>}',
  ],
  [
    "no response for the status",
    { request_templates: { $default: '{"statusCode":500}' } },
    "Internal server error",
    "no integration response for status 500",
  ],
])("%s is the gateway's own error, its reason without the payload", async (_, integration, message, reason) => {
  const responses = [{ integration_response_key: "/200/" }];
  const { client, id } = await open({
    api: withRoute({ mock: { routeKey: "mock", answers: true, integration, responses } }),
  });
  expect(await ask(client, '{"action":"mock","secret":"hunter2"}')).toEqual(gatewayWords(message, id));
  expect(running.faults.entries).toMatchObject([{ routeKey: "mock", connectionId: id, reason }]);
  expect(JSON.stringify(running.faults.entries)).not.toContain("hunter2");
});

it("WHEN_NO_MATCH passes the frame through, and an integration without responses passes the answer through", async () => {
  const echo = {
    routeKey: "echo",
    answers: true,
    uri: "arn:aws:apigateway:eu-west-1:dynamodb:action/Query",
    integration: { passthrough_behavior: "WHEN_NO_MATCH", template_selection_expression: "none" },
  };
  const { client } = await open({ api: withRoute({ echo }) });
  running.aws.respond = ({ body }) => ({ body: `<${body}>` });
  expect(await ask(client, '{"action":"echo"}')).toBe('<{"action":"echo"}>');
});

describe("a flood of one client", () => {
  /** Frames of which one read of the socket brings two thousand, or four. */
  it.each([20, 16_000])(
    "waits in its own socket, no more than its share is under way: %i bytes a frame",
    async (bytes) => {
      const { client } = await open({ limits: { messagesInFlight: 4 } });
      let underWay = 0;
      let most = 0;
      running.aws.respond = async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        return {};
      };
      const messages = 60;
      for (let n = 0; n < messages; n++) {
        client.send(JSON.stringify({ action: "send", message: `${n}${"x".repeat(bytes)}` }));
      }
      for (let n = 0; n < messages; n++) await client.nextFrame();
      const sent = running.aws.requests.entries
        .filter(toQueue)
        .map(({ body }) => Number.parseInt(new URLSearchParams(body).get("MessageBody")?.slice(1) ?? "", 10));
      expect([...sent].sort((a, b) => a - b)).toEqual(Array.from({ length: messages }, (_, n) => n));
      expect(most).toBeLessThanOrEqual(4);
    },
  );

  it("that nothing has to be waited for lets another's frame pass before its last", async () => {
    const { client } = await open();
    const other = await connect(running.url);
    const pings = 1_000;
    let ponged = 0;
    const all = new Promise<void>((resolve) => {
      client.socket.on("message", () => {
        if (++ponged === pings) resolve();
      });
    });
    for (let n = 0; n < pings; n++) client.send('{"action":"ping"}');
    await new Promise((resolve) => client.socket.once("message", resolve));
    other.send('{"action":"ping"}');
    await other.nextFrame();
    expect(ponged).toBeLessThan(pings);
    await all;
    other.socket.close();
  });
});
