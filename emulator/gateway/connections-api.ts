import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { WebSocket } from "ws";
import type { Connection } from "./connection";
import type { ConnectionRegistry } from "./connection-registry";
import type { Deployment } from "./deployment";
import { describeDenial } from "./evaluate-policy";
import { sendText } from "./fragments";
import type { Caller, IdentifyCaller, Limits } from "./gateway-options";
import { isConnectionId, newRequestId } from "./ids";
import { traceId } from "./request-params";
import { requestTime } from "./route-request";
import { accessKeyOf, type SignatureVerifier } from "./verify-signature";

interface Answer {
  readonly status: number;
  readonly errorType?: string;
  readonly body?: string;
}

interface Call {
  readonly method: string;
  /** The path, still percent-encoded. */
  readonly path: string;
  readonly stageName: string;
  readonly connectionId: string;
  /** Undefined when the body is larger than the limit. */
  readonly body: Buffer | undefined;
  readonly request: IncomingMessage;
}

const refusal = (status: number, errorType: string, message: string): Answer => ({
  status,
  errorType,
  body: JSON.stringify({ message }),
});

const GONE: Answer = { status: 410, errorType: "GoneException" };

const ACTION = "execute-api:ManageConnections";

/** The end of the resource's ARN. A policy cannot name one connection: IAM gets this text and not the id. */
const resourceOf = (stageName: string, method: string): string => `${stageName}/${method}/@connections/{connectionId}`;

const PATH = /^\/([^/]+)\/@connections\/(.+)$/;

/** The API that a backend calls: `POST`, `GET` and `DELETE /<stage>/@connections/<connection id>`, signed. */
export class ConnectionsApi {
  readonly #deployment: () => Deployment;
  readonly #verifier: SignatureVerifier;
  readonly #identifyCaller: IdentifyCaller;
  readonly #connections: ConnectionRegistry;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #end: (connection: Connection) => void;

  constructor(options: {
    readonly deployment: () => Deployment;
    readonly verifier: SignatureVerifier;
    readonly identifyCaller: IdentifyCaller;
    readonly connections: ConnectionRegistry;
    readonly limits: Limits;
    readonly now: () => number;
    /** Closes a connection from the server's side. */
    readonly end: (connection: Connection) => void;
  }) {
    this.#deployment = options.deployment;
    this.#verifier = options.verifier;
    this.#identifyCaller = options.identifyCaller;
    this.#connections = options.connections;
    this.#limits = options.limits;
    this.#now = options.now;
    this.#end = options.end;
  }

  /** Answers one request. Never throws. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const extendedRequestId = newRequestId();
    let answer: Answer;
    let call: Call | undefined;
    try {
      call = await this.#read(request);
      answer = call ? await this.#answer(call) : refuseElsewhere();
    } catch {
      // The caller closed the connection while it was sending its body.
      response.destroy();
      return;
    }
    const { status, errorType, body = "" } = answer;
    // A body that is too large never reaches API Gateway: it has no id, no type and no row in the log.
    const ids = status !== 413 && {
      "content-type": "application/json",
      "x-amzn-requestid": requestId,
      "x-amz-apigw-id": extendedRequestId,
      "x-amzn-trace-id": traceId(this.#now()),
    };
    response.writeHead(status, {
      ...ids,
      ...(status !== 204 && { "content-length": Buffer.byteLength(body) }),
      ...(errorType !== undefined && { "x-amzn-errortype": errorType }),
      // If a body was too large, the rest of it is not read.
      ...(!request.complete && { connection: "close" }),
    });
    response.end(body);
    if (ids && call) this.#log(call, status, { requestId, extendedRequestId });
  }

  /** Undefined when the path or method is not a call for a connection. */
  async #read(request: IncomingMessage): Promise<Call | undefined> {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const { method = "" } = request;
    const [, stageName = "", id = ""] = PATH.exec(path) ?? [];
    if (id === "" || !["POST", "GET", "DELETE"].includes(method)) return undefined;
    const body = await readBody(request, this.#limits.payloadBytes);
    return { method, path, stageName, connectionId: decode(id), body, request };
  }

  async #answer({ method, path, stageName, connectionId, body, request }: Call): Promise<Answer> {
    if (!this.#deployment().stage(stageName)) return refusal(403, "ForbiddenException", "Forbidden");
    // This check comes before the signature check: a caller without rights gets the same answer.
    if (!isConnectionId(this.#deployment().api.id, connectionId)) {
      return refusal(400, "BadRequestException", `Invalid connectionId: ${connectionId}`);
    }
    if (body === undefined) return { status: 413 };
    const caller = await this.#callerOf(
      request,
      `${this.#deployment().api.executionArn}/${resourceOf(stageName, method)}`,
    );
    const others = caller ? [caller.credentials] : [];
    const refused = await this.#verifier.verify({ method, path, headers: request.headers, body }, others);
    if (refused) return refusal(403, refused.type, refused.message);
    if (caller && caller.decision !== "allow")
      return this.#deny(caller, caller.decision, resourceOf(stageName, method));
    const connection = this.#connections.get(connectionId);
    // A connection in its handshake is not open either. The answer is 410, though its row may exist already.
    if (connection?.socket?.readyState !== WebSocket.OPEN) return GONE;
    if (method === "GET") return { status: 200, body: description(connection) };
    if (method === "DELETE") {
      this.#end(connection);
      return { status: 204 };
    }
    return this.#post(connection, connection.socket, body);
  }

  async #callerOf({ headers }: IncomingMessage, resource: string): Promise<Caller | undefined> {
    const accessKey = accessKeyOf(headers);
    if (accessKey === undefined || this.#verifier.knows(accessKey)) return undefined;
    return this.#identifyCaller(accessKey, resource);
  }

  #deny({ arn }: Caller, decision: Parameters<typeof describeDenial>[0], resource: string): Answer {
    const [, partition, , region, account = "", api] = this.#deployment().api.executionArn.split(":");
    // API Gateway hides the account.
    const on = `arn:${partition}:execute-api:${region}:${account.slice(-4).padStart(account.length, "*")}:${api}/${resource}`;
    const Message = `User: ${arn} is not authorized to perform: ${ACTION} on resource: ${on} ${describeDenial(decision, ACTION)}`;
    return { status: 403, errorType: "AccessDeniedException", body: JSON.stringify({ Message }) };
  }

  #post(connection: Connection, socket: WebSocket, body: Buffer): Answer {
    if (socket.bufferedAmount + body.length > this.#limits.bufferedBytes) {
      return refusal(429, "LimitExceededException", "The client is not reading: its buffer is full");
    }
    // Always a text frame, never a binary one: bytes that are not UTF-8 become U+FFFD.
    void sendText(socket, Buffer.from(body.toString("utf8")));
    this.#connections.touch(connection);
    return { status: 200 };
  }

  #log(
    { method, stageName, connectionId, request }: Call,
    status: number,
    ids: { readonly requestId: string; readonly extendedRequestId: string },
  ): void {
    const { api } = this.#deployment();
    const accessKey = status === 400 || status === 403 ? undefined : accessKeyOf(request.headers);
    const account = api.executionArn.split(":")[4] ?? "";
    const now = this.#now();
    this.#deployment()
      .stage(stageName)
      ?.writeAccessLog({
        ...ids,
        routeKey: `${method} /@connections/{connectionId}`,
        eventType: "CONNECTION_API",
        requestTime: requestTime(now),
        requestTimeEpoch: now,
        stage: stageName,
        status,
        connectionId,
        integrationLatency: 0,
        identity: {
          sourceIp: request.socket.remoteAddress,
          userAgent: request.headers["user-agent"],
          ...(accessKey !== undefined && {
            caller: accessKey,
            user: accessKey,
            userArn: `arn:aws:iam::${account}:user/${accessKey}`,
          }),
        },
        domainName: request.headers.host,
        apiId: api.id,
      });
  }
}

const refuseElsewhere = (): Answer =>
  refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token");

/** Undefined when the body is larger than the limit. */
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

function description({ connectedAt, lastActiveAt, identity: { sourceIp, userAgent } }: Connection): string {
  const connection = {
    identity: { sourceIp, userAgent },
    connectedAt: new Date(connectedAt).toISOString(),
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  };
  return JSON.stringify(connection, null, 2);
}
