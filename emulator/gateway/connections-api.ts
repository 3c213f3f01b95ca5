import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { WebSocket } from "ws";
import type { Connection } from "./connection";
import type { ConnectionRegistry } from "./connection-registry";
import type { Limits } from "./gateway-options";
import { isId } from "./new-id";
import type { SignatureVerifier } from "./verify-signature";

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: unknown;
}

const answer = (status: number, type: string, message: string): Answer => ({ status, type, body: { message } });

/** What a backend calls: `POST`, `GET` and `DELETE /<stage>/@connections/<connection id>`, signed. */
export class ConnectionsApi {
  readonly #prefix: string;
  readonly #verifier: SignatureVerifier;
  readonly #connections: ConnectionRegistry;
  readonly #limits: Limits;
  readonly #end: (connection: Connection) => void;

  constructor(options: {
    readonly stageName: string;
    readonly verifier: SignatureVerifier;
    readonly connections: ConnectionRegistry;
    readonly limits: Limits;
    /** Closes a connection from the server's side. */
    readonly end: (connection: Connection) => void;
  }) {
    this.#prefix = `/${options.stageName}/@connections/`;
    this.#verifier = options.verifier;
    this.#connections = options.connections;
    this.#limits = options.limits;
    this.#end = options.end;
  }

  /** Answers one request. Never throws. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let result: Answer;
    try {
      result = await this.#answer(request);
    } catch {
      // The caller hung up while sending its body.
      response.destroy();
      return;
    }
    const body = result.body === undefined ? "" : JSON.stringify(result.body);
    response.writeHead(result.status, {
      "content-length": Buffer.byteLength(body),
      ...(body !== "" && { "content-type": "application/json" }),
      ...(result.type !== undefined && { "x-amzn-errortype": result.type }),
      // What is left of a body that was too large is not read.
      ...(!request.complete && { connection: "close" }),
    });
    response.end(body);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const { method = "" } = request;
    if (!path.startsWith(this.#prefix) || !["POST", "GET", "DELETE"].includes(method)) {
      return answer(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    const body = await readBody(request, this.#limits.payloadBytes);
    if (body === undefined) return answer(413, "PayloadTooLargeException", "Message too long");
    const refusal = await this.#verifier.verify({ method, path, headers: request.headers, body });
    if (refusal) return answer(403, refusal.type, refusal.message);
    const id = decode(path.slice(this.#prefix.length));
    if (!isId(id)) return answer(400, "BadRequestException", `Invalid connectionId: ${id}`);
    const connection = this.#connections.get(id);
    // A connection that is still in its handshake is not open either: 410, though its row may exist already.
    if (connection?.socket?.readyState !== WebSocket.OPEN) return { status: 410, type: "GoneException" };
    if (method === "GET") return { status: 200, body: description(connection) };
    if (method === "DELETE") {
      this.#end(connection);
      return { status: 204 };
    }
    return this.#post(connection, body);
  }

  #post(connection: Connection, body: Buffer): Answer {
    const { socket } = connection;
    if (!socket) return { status: 410, type: "GoneException" };
    if (socket.bufferedAmount + body.length > this.#limits.bufferedBytes) {
      return answer(429, "LimitExceededException", "The client is not reading: its buffer is full");
    }
    socket.send(body, { binary: !isUtf8(body) });
    this.#connections.touch(connection);
    return { status: 200 };
  }
}

/** Undefined: larger than the limit. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const description = ({ connectedAt, lastActiveAt, identity }: Connection): unknown => ({
  connectedAt: new Date(connectedAt).toISOString(),
  identity,
  lastActiveAt: new Date(lastActiveAt).toISOString(),
});
