/** What AWS answered in captures of September 2026: deployments. A title is one captured fact, or what the option does. */
import { readApi } from "../../../emulator/gateway/start-gateway";
import { api, mock, response } from "../gateway/support/api";
import { type RunningGateway, runGateway } from "../gateway/support/running-gateway";
import { resolveSample, sampleJson } from "../gateway/support/sample-api";
import { connect, type TestClient } from "../gateway/support/test-client";

const START = Date.UTC(2026, 8, 25);

let running: RunningGateway | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const version = (name: string) =>
  api({ version: { integration: mock(200, { responses: [response("$default", name)] }), answers: true } });

const ask = async (client: TestClient): Promise<string> => {
  client.send('{"action":"version"}');
  return client.nextFrame();
};

async function run(
  rolloutMilliseconds?: number,
): Promise<{ readonly gateway: RunningGateway["gateway"]; readonly later: (ms: number) => void }> {
  let now = START;
  running = await runGateway({
    api: version("old"),
    now: () => now,
    ...(rolloutMilliseconds !== undefined && { rolloutMilliseconds }),
  });
  return {
    gateway: running.gateway,
    later: (ms) => {
      now += ms;
    },
  };
}

it("sockets meet old and new configuration in turns for 60 s, as an option; open ones move to the new one too", async () => {
  const { gateway, later } = await run(60_000);
  const client = await connect(gateway.url);
  expect(await ask(client)).toBe("old");
  gateway.deploy(version("new"));
  const seen = [await ask(client), await ask(client), await ask(client), await ask(client)];
  expect(seen).toEqual(["old", "new", "old", "new"]);
  later(59_999);
  expect([await ask(client), await ask(client)]).toEqual(["old", "new"]);
  later(1);
  expect([await ask(client), await ask(client)]).toEqual(["new", "new"]);
});

it("a deployment serves at once without the option", async () => {
  const { gateway } = await run();
  const client = await connect(gateway.url);
  gateway.deploy(version("new"));
  expect([await ask(client), await ask(client)]).toEqual(["new", "new"]);
});

it("changes without a deployment have no effect: a stage without auto-deploy is refused", () => {
  expect(() => readApi(sampleJson(undefined, { auto_deploy: false }), resolveSample)).toThrow(
    "aws_apigatewayv2_stage.stage: auto_deploy must be true here, there are no deployments",
  );
});

it("rejects a deployment of another API, of a stage that is gone, and of a template that does not render", async () => {
  const { gateway } = await run();
  const client = await connect(gateway.url);
  const [stage] = version("new").stages;
  expect(() => gateway.deploy({ ...version("new"), id: "other" })).toThrow(
    "the gateway runs the API a1b2c3, not other",
  );
  expect(() =>
    gateway.deploy({ ...version("new"), stages: [{ name: "green", variables: stage?.variables ?? {} }] }),
  ).toThrow("the stage prod is no longer in the API a1b2c3");
  expect(() => gateway.deploy(version("#define($x)a#end"))).toThrow("route version: #define");
  expect(await ask(client)).toBe("old");
});
