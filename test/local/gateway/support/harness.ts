import * as http from "node:http";
import { WebSocket } from "ws";
import { type Fault, type Gateway, type GatewayOptions, startGateway } from "../../../../local/gateway/start-gateway";
import {
  type Reply,
  type ScriptedServer,
  type SeenRequest,
  scriptedServer,
} from "../../../handlers/support/scripted-server";
import { Journal } from "./journal";

export const CREDENTIALS = { accessKeyId: "AKIDLOCAL", secretAccessKey: "local-secret" };

export interface Harness {
  readonly gateway: Gateway;
  /** What the gateway asked of AWS. */
  readonly requests: Journal<SeenRequest>;
  readonly backend: ScriptedServer;
  readonly faults: Journal<Fault>;
  readonly log: Journal<string>;
  readonly close: () => Promise<void>;
}

/** A gateway in front of a scripted AWS, which answers 200 and `{}` unless told otherwise. */
export async function harness(
  options: Pick<GatewayOptions, "api"> & Partial<GatewayOptions>,
  script: (request: SeenRequest) => Reply = () => ({ status: 200, body: "{}" }),
): Promise<Harness> {
  const requests = new Journal<SeenRequest>();
  const faults = new Journal<Fault>();
  const log = new Journal<string>();
  const backend = await scriptedServer((request) => {
    requests.add(request);
    return script(request);
  });
  const gateway = await startGateway({
    awsEndpoint: backend.endpoint,
    credentials: [CREDENTIALS],
    invoke: () => Promise.reject(new Error("no authorizer was expected")),
    onFault: (fault) => faults.add(fault),
    onAccessLog: (line) => log.add(line),
    ...options,
  });
  return {
    gateway,
    requests,
    backend,
    faults,
    log,
    close: async () => {
      await gateway.stop(1_000);
      await backend.close();
    },
  };
}

export interface Client {
  readonly socket: WebSocket;
  readonly frames: Journal<string>;
  readonly closed: Promise<number>;
  readonly send: (message: unknown) => void;
}

/** An open connection; rejects when the handshake is refused. */
export async function connect(url: string, headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const frames = new Journal<string>();
  socket.on("message", (data) => frames.add(data.toString()));
  const closed = new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => undefined);
  return {
    socket,
    frames,
    closed,
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
  };
}

/** The HTTP answer of a handshake that is refused, or 101. */
export function handshake(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get({
      host: "127.0.0.1",
      port,
      path,
      agent: false,
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        ...headers,
      },
    });
    request.on("error", reject);
    request.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, body: "" });
    });
    request.on("response", (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
  });
}

export const called =
  (action: string) =>
  ({ headers }: SeenRequest): boolean =>
    headers["x-amz-target"] === `DynamoDB_20120810.${action}`;

/** The connection's id, as `$connect` wrote it. */
export async function connectionId({ requests }: Harness, index = 0): Promise<string> {
  const puts = await requests.take(index + 1, called("PutItem"));
  return JSON.parse(puts[index]?.body ?? "").id;
}
