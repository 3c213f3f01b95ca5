/**
 * The gateway's own process, started by `superviseGateway`. It can be killed like any service that crashes, and it ends
 * when its parent is gone.
 */
import { type Gateway, readApi, startGateway } from "../../emulator/gateway/start-gateway";
import { createResolver } from "../../terraform-json/apply";
import { createAwsClients } from "../backend/aws";
import { invokerOf, invokeWith } from "./invoke";
import type { GatewayProcessConfig, GatewayProcessReport } from "./messages";
import { assumeRolesWith, identifyCallersWith } from "./roles";

function report(message: GatewayProcessReport): void {
  // When the parent is gone, a send fails because nobody receives it. "disconnect" then ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

async function start(config: GatewayProcessConfig): Promise<Gateway> {
  const { aws, enforces } = config;
  const api = readApi(config.json, createResolver(config.state));
  const { lambda } = createAwsClients(aws);
  return startGateway({
    api,
    awsEndpoint: aws.endpoint,
    // When nothing is enforced, functions have the same credentials as everybody.
    credentials: [aws.credentials],
    ...(enforces && { assumeRole: assumeRolesWith(aws), identifyCaller: identifyCallersWith(aws) }),
    invoke: invokeWith(lambda, enforces ? (functionArn) => invokerOf(api, functionArn) : undefined),
    host: config.host,
    port: config.port,
    limits: config.limits,
    onAccessLog: (line) => report({ kind: "access", line }),
    onFault: (fault) => report({ kind: "fault", fault }),
  });
}

// Ctrl-C in a terminal reaches every process in it. The parent decides when the gateway ends.
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
