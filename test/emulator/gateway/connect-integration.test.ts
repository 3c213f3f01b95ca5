import { gatewayWords } from "./support/gateway-words";
import { type RunningGateway, runGateway } from "./support/running-gateway";
import { SAMPLE_ROUTES, sampleApi } from "./support/sample-api";
import { isAction } from "./support/scripted-aws";
import { connect, handshake } from "./support/test-client";

let running: RunningGateway;
const run = async (...args: Parameters<typeof runGateway>): Promise<RunningGateway> => {
  running = await runGateway(...args);
  return running;
};

afterEach(() => running.stop());

describe("the $connect integration", () => {
  it("stores the connection of the authorizer's principal, then opens", async () => {
    const { url, aws, gateway } = await run();
    const client = await connect(url);
    expect(client.socket.protocol).toBe("");
    expect(client.socket.extensions).toBe("");
    const put = await aws.next(isAction("PutItem"));
    const item = JSON.parse(put.body);
    expect(item).toEqual({ id: expect.stringMatching(/^[\w-]{18}==$/), user: "alice", level: "3" });
    expect(put.path).toBe("/");
    expect(put.headers["content-type"]).toBe("application/x-amz-json-1.0");
    expect(put.headers.authorization).toContain("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/");
    expect(put.headers.authorization).toContain("/eu-west-1/dynamodb/aws4_request");
    expect(gateway.connectionCount).toBe(1);
  });

  it.each([
    [400, 400],
    [503, 503],
    [302, 500],
  ])("rejects when the $connect integration answers %i, with %i", async (status, expected) => {
    const { url, aws, gateway } = await run();
    aws.respond = () => ({ status });
    expect(await handshake(url)).toEqual({ status: expected, body: gatewayWords("Internal server error") });
    expect(gateway.connectionCount).toBe(0);
    expect(aws.requests.entries.filter(isAction("DeleteItem"))).toEqual([]);
  });

  it("rejects with 500 when the service cannot be reached", async () => {
    const { url, faults } = await run({ awsEndpoint: "http://127.0.0.1:9" });
    expect((await handshake(url)).status).toBe(500);
    expect(faults.entries).toMatchObject([{ reason: "dynamodb cannot be reached: ECONNREFUSED" }]);
  });

  it("opens without a $connect route", async () => {
    const { ping } = SAMPLE_ROUTES;
    const { gateway } = await run({ api: sampleApi({ ping: ping ?? { routeKey: "" } }) });
    await connect(gateway.url);
  });
});
