import { type RunningGateway, runGateway } from "./support/running-gateway";
import { isAction } from "./support/scripted-aws";
import { connect } from "./support/test-client";

let running: RunningGateway;
afterEach(() => running.stop());

it("stop waits for the time it is given, not for a service that never answers", async () => {
  running = await runGateway();
  const client = await connect(running.url);
  await running.aws.next(isAction("PutItem"));
  running.aws.respond = () => new Promise(() => undefined);
  const startedAt = performance.now();
  await running.gateway.stop(50);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  client.socket.terminate();
});
