/**
 * The gateway's own process, started by `superviseGateway`. It can be killed like any service that crashes, and it ends
 * when its parent is gone.
 */
import { LambdaClient } from "@aws-sdk/client-lambda";
import { type Gateway, readApi, startGateway } from "../../emulator/gateway/start-gateway";
import { createResolver } from "../../terraform-json/apply";
import { LOCAL_CREDENTIALS } from "../backend/aws";
import { invokeWith } from "./invoke";
import type { GatewayProcessConfig, GatewayProcessReport } from "./messages";

/** What the emulator gives its functions: its account's id for a name, and the secret of everybody. */
const FUNCTION_CREDENTIALS = { accessKeyId: "000000000000", secretAccessKey: "test" } as const;

function report(message: GatewayProcessReport): void {
  // Nobody listens any more when the parent is gone, which shows in the middle of a send: "disconnect" ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

async function start(config: GatewayProcessConfig): Promise<Gateway> {
  const lambda = new LambdaClient({
    endpoint: config.awsEndpoint,
    region: config.region,
    credentials: LOCAL_CREDENTIALS,
  });
  return startGateway({
    api: readApi(config.json, createResolver(config.state)),
    awsEndpoint: config.awsEndpoint,
    credentials: [LOCAL_CREDENTIALS, FUNCTION_CREDENTIALS],
    invoke: invokeWith(lambda),
    port: config.port,
    limits: config.limits,
    onAccessLog: (line) => report({ kind: "access", line }),
    onFault: (fault) => report({ kind: "fault", fault }),
  });
}

// Ctrl-C in a terminal reaches every process of it: the parent decides when the gateway ends.
process.on("SIGINT", () => {});

process.once("message", (config: GatewayProcessConfig) => {
  start(config).then(
    (gateway) => {
      const end = (): void => {
        gateway.stop().finally(() => process.exit());
      };
      process.once("SIGTERM", end);
      process.once("disconnect", end);
      report({ kind: "ready", url: gateway.url });
    },
    (error: unknown) => {
      report({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
      process.exitCode = 1;
      process.disconnect();
    },
  );
});
