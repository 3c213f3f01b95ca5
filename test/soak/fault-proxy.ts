import { setMaxListeners } from "node:events";
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallFate } from "./weather";

/** A call that a proxy has got. */
export interface ProxiedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

export interface FaultProxy {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Where the calls go: `http://127.0.0.1:<port>`. */
  upstream: string;
  stop(): Promise<void>;
}

/** Bodies of refusals, as the services write them. Both are read by their status and type. */
const REFUSALS = {
  429: { type: "LimitExceededException", body: '{"message":"Too Many Requests"}' },
  500: { type: "InternalServerError", body: '{"__type":"InternalServerError","message":"Internal server error"}' },
  503: { type: "ServiceUnavailable", body: '{"__type":"ServiceUnavailable","message":"Service Unavailable"}' },
} as const;

/**
 * Stands between the functions and a service, and lets calls go wrong. The host name in the call stays, so signatures are
 * valid. A call that is late is done, even if its caller has gone: so a write can take effect after it was given up.
 */
export async function startFaultProxy(fateOf: (call: ProxiedCall) => CallFate): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const end = new AbortController();
  // Each call that is under way listens.
  setMaxListeners(0, end.signal);
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const proxy = { url: "", upstream: "" };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const { method = "", url: path = "", headers } = request;
    const fate = fateOf({ method, path, headers });
    if (typeof fate.goes === "number") {
      const { type, body: text } = REFUSALS[fate.goes];
      response.writeHead(fate.goes, {
        "content-type": "application/json",
        "content-length": text.length,
        "x-amzn-errortype": type,
      });
      response.end(text);
      return;
    }
    if (fate.goes === "slow") await sleep(fate.milliseconds, undefined, { signal: end.signal });
    const answer = await forward(request, body);
    if (fate.goes === "lost") {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }

  function forward(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const { hostname, port } = new URL(proxy.upstream);
    return new Promise((resolve, reject) => {
      const { method, url: path, headers } = request;
      const options = { hostname, port, method, path, headers, agent, signal: end.signal };
      const outgoing = sendRequest(options, (response) => {
        read(response).then(
          (text) => resolve({ status: response.statusCode ?? 502, headers: withoutHop(response.headers), body: text }),
          reject,
        );
      });
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(proxy, {
    stop: async () => {
      end.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  });
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** The whole body is known, so it has a length. */
function withoutHop({
  connection: _connection,
  "transfer-encoding": _encoding,
  "keep-alive": _keepAlive,
  ...headers
}: IncomingMessage["headers"]): IncomingMessage["headers"] {
  return headers;
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
