import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { seededRandom } from "../../support/seeded-random";
import { classify } from "./classify";
import { type FaultProxy, startFaultProxy } from "./fault-proxy";
import { HISTORY_SECONDS } from "./fleet";
import type { SoakOptions, SoakResult } from "./result";
import { SoakRun } from "./soak-run";
import { Sky } from "./weather";

/**
 * Runs clients and backends on a local SUMU while a seeded plan breaks everything that may break. Then the checker
 * compares what the applications saw with what was sent.
 *
 * @throws Error when the run does not come to its end
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { onStep = () => {} } = options;
  const sky = new Sky(seededRandom(options.seed + 1));
  const proxies = await Promise.all([openProxy(sky), openProxy(sky)]);
  const [toAws, toGateway] = proxies;
  let stack: LocalStack | undefined;
  try {
    stack = await startLocalStack({
      functionsEndpoint: toAws.url,
      inputs: { history_seconds: HISTORY_SECONDS, apigw_endpoint: `${toGateway.url}/dev` },
      onStep,
    });
    toAws.upstream = stack.info.aws_endpoint_url;
    toGateway.upstream = new URL(stack.info.websocket_url.replace(/^ws/, "http")).origin;
    return await new SoakRun(options, { stack, sky, functionsEndpoint: toAws.url, onStep }).run();
  } finally {
    await stack?.stop();
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }
}

const openProxy = (sky: Sky): Promise<FaultProxy> => startFaultProxy((call) => sky.fate(classify(call), Date.now()));
