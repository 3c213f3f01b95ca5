import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { checkApi } from "./check-api";
import { ConnectionsApi } from "./connections-api";
import type { Gateway, GatewayOptions, Limits } from "./gateway-options";
import { GatewayServer } from "./gateway-server";
import { SignatureVerifier } from "./verify-signature";

export type * from "./api-definition";
export { FunctionError } from "./function-error";
export type * from "./gateway-options";
export { readApi } from "./read-api";

const DEFAULT_LIMITS: Limits = {
  idleMilliseconds: 600_000,
  lifetimeMilliseconds: 7_200_000,
  frameBytes: 32 * 1_024,
  payloadBytes: 128 * 1_024,
  bufferedBytes: 1_024 * 1_024,
  messagesInFlight: 8,
};

/** When many clients reconnect at once, they wait in the kernel's queue and are not refused. */
const BACKLOG = 4_096;

/**
 * Runs a WebSocket API on this machine as API Gateway would: handshake and authorizer, routes to AWS services through
 * mapping templates, @connections, limits, access log.
 *
 * @throws Error for an option, template, access log format or selection expression that the gateway cannot run, and
 * when the port is taken (`code` EADDRINUSE).
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) throw new RangeError(`limits.${name} must be greater than 0, got ${value}`);
  }
  if (options.credentials.length === 0) throw new RangeError("credentials must hold at least one key pair");
  checkApi(options.api);
  const now = options.now ?? Date.now;
  const region = options.api.executionArn.split(":")[3] ?? "";
  const [stage] = options.api.stages;
  if (!stage) throw new RangeError("the API must have a stage");

  const { host = "127.0.0.1" } = options;
  const http = createServer();
  const server = new GatewayServer(options, limits, now);
  const connectionsApi = new ConnectionsApi({
    deployment: () => server.deployment,
    verifier: new SignatureVerifier(options.credentials, region, now),
    identifyCaller: options.identifyCaller ?? (async () => undefined),
    connections: server.connections,
    limits,
    now,
    end: (connection) => server.delete(connection),
  });
  const tcpSockets = new Set<Socket>();
  http.on("connection", (socket) => {
    tcpSockets.add(socket);
    socket.once("close", () => tcpSockets.delete(socket));
  });
  http.on("request", (request, response) => void connectionsApi.serve(request, response));
  http.on("upgrade", (request, socket, head) => server.handshake(request, socket, head));

  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen({ port: options.port ?? 0, host, backlog: BACKLOG }, resolve);
  }).catch(async (error: unknown) => {
    await server.stop(0);
    throw error;
  });
  const { port } = http.address() as AddressInfo;
  const domainName = `${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
  server.domainName = domainName;

  let stopped: Promise<void> | undefined;
  const stop = async (graceMilliseconds: number): Promise<void> => {
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    await server.stop(graceMilliseconds);
    // This includes the sockets of upgrades, which closeAllConnections does not close.
    for (const socket of tcpSockets) socket.destroy();
    await closed;
  };
  return {
    url: `ws://${domainName}/${stage.name}`,
    connectionsUrl: `http://${domainName}/${stage.name}`,
    port,
    get connectionCount() {
      return server.connections.size;
    },
    deploy(api) {
      checkApi(api);
      server.deploy(api);
    },
    stop: (graceMilliseconds = 5_000) => (stopped ??= stop(graceMilliseconds)),
  };
}
