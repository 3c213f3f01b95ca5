import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import { Body } from "../velocity/body";
import type { ApiDefinition } from "./api-definition";
import { authorize } from "./authorize";
import type { Connection } from "./connection";
import { ConnectionRegistry } from "./connection-registry";
import { Deployment } from "./deployment";
import { errorFrame, RouteFault } from "./fault";
import { sendText } from "./fragments";
import { guardFrames } from "./frame-guard";
import type { GatewayOptions, Limits } from "./gateway-options";
import { newConnectionId } from "./ids";
import {
  type HandshakeRefusal,
  LOAD_BALANCER_REFUSAL,
  refusalBeforeRoute,
  refusalByRoute,
  refuseHandshake,
} from "./refuse-handshake";
import { disconnectParams, handshakeParams } from "./request-params";
import { Rollout } from "./rollout";
import { newRouteRequest } from "./route-request";
import { ServiceClient } from "./service-client";

/** How a connection ends. */
interface Ending {
  readonly code: number;
  readonly reason: string;
}

const GOING_AWAY: Ending = { code: 1001, reason: "" };
const UNSUPPORTED_DATA: Ending = { code: 1003, reason: "Binary is not supported" };
const MESSAGE_TOO_BIG: Ending = { code: 1009, reason: "" };
const DELETED: Ending = { code: 1000, reason: "Connection Closed Normally" };

/** A client has this long to answer a close frame. Then its socket is cut. */
const CLOSE_TIMEOUT_MILLISECONDS = 2_000;

const LAST_GRACE_MILLISECONDS = 200;

/** The WebSocket side of the gateway: handshakes, messages, and the end of connections. */
export class GatewayServer {
  /** Host and port, once they are known. */
  domainName = "";
  readonly connections: ConnectionRegistry;
  readonly #options: GatewayOptions;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #services: ServiceClient;
  readonly #deployments: Rollout<Deployment>;
  readonly #sockets: WebSocketServer;
  /** Handshakes, messages and disconnects in progress, so that a stop can wait for them. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #handshakes = new Set<Duplex>();
  #isStopping = false;

  constructor(options: GatewayOptions, limits: Limits, now: () => number) {
    const [signer] = options.credentials;
    if (!signer) throw new RangeError("credentials must hold at least one key pair");
    this.#options = options;
    this.#limits = limits;
    this.#now = now;
    this.#services = new ServiceClient(options.awsEndpoint, options.assumeRole ?? (async () => signer));
    this.#deployments = new Rollout(this.#prepare(options.api), options.rolloutMilliseconds ?? 0, now);
    this.connections = new ConnectionRegistry(limits, now, (connection) => this.#end(connection, GOING_AWAY));
    const socketOptions: ServerOptions & { readonly closeTimeout: number } = {
      noServer: true,
      // 5,000 deflate contexts would cost 300 KB each.
      perMessageDeflate: false,
      maxPayload: limits.payloadBytes,
      closeTimeout: CLOSE_TIMEOUT_MILLISECONDS,
      // On AWS, only the $connect integration could choose a subprotocol.
      handleProtocols: () => false,
    };
    this.#sockets = new WebSocketServer(socketOptions);
    this.#sockets.on("headers", (headers) => headers.push(`Date: ${new Date().toUTCString()}`));
  }

  /** The newest configuration. During a rollout it serves in turns with the configuration before it. */
  get deployment(): Deployment {
    return this.#deployments.latest;
  }

  /** @throws Error for another API, and for a missing stage, because clients are connected to it. */
  deploy(api: ApiDefinition): void {
    const next = this.#prepare(api);
    const { id, stages } = this.deployment.api;
    if (api.id !== id) throw new Error(`the gateway runs the API ${id}, not ${api.id}`);
    const gone = stages.find(({ name }) => !next.stage(name));
    if (gone) throw new Error(`the stage ${gone.name} is no longer in the API ${id}`);
    this.#deployments.change(next);
  }

  /** Serves an HTTP upgrade: the `$connect` route decides whether it becomes a connection. */
  handshake(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    this.#handshakes.add(socket);
    this.#track(this.#connect(request, socket, head).finally(() => this.#handshakes.delete(socket)));
  }

  /** Ends a connection because its backend asks for it. */
  delete(connection: Connection): void {
    this.#end(connection, DELETED);
  }

  /** Ends a connection: it is gone for @connections at once, and `$disconnect` runs, exactly once. */
  #end(connection: Connection, ending: Ending): void {
    this.connections.remove(connection);
    const { socket } = connection;
    if (!socket) return;
    connection.socket = undefined;
    connection.ended = ending;
    // This does nothing if the client has closed: ws has already sent the client's own code back.
    if (socket.readyState === socket.OPEN) socket.close(ending.code, ending.reason);
    this.#track(this.#disconnect(connection));
  }

  /** Ends every connection, waits for the work in progress, and frees everything. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#isStopping = true;
    this.connections.close();
    for (const connection of this.connections.all()) this.#end(connection, GOING_AWAY);
    await this.#settled(graceMilliseconds);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    await this.#services.destroy();
    // Integrations have failed now. The stop does not wait for an authorizer that never answers.
    await this.#settled(LAST_GRACE_MILLISECONDS);
    for (const socket of this.#handshakes) socket.destroy();
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const deployment = this.#deployments.next();
    const { api } = deployment;
    // URL cannot parse this: it throws for "//" and reads "//host/prod" as "/prod".
    const [, path, search = ""] = /^([^?]*)\??(.*)$/s.exec(request.url ?? "/") ?? [];
    if (!isWebSocketHandshake(request)) {
      refuseHandshake(socket, refusalBeforeRoute(400, "Bad Request"));
      return;
    }
    if (authorizationHeaders(request) > 1) {
      refuseHandshake(socket, LOAD_BALANCER_REFUSAL);
      return;
    }
    const runner = deployment.stage(/^\/([^/]+)\/?$/.exec(path ?? "")?.[1] ?? "");
    if (!runner) {
      refuseHandshake(socket, refusalBeforeRoute(403, "Forbidden"));
      return;
    }
    const connection = this.#newConnection(request, runner.stage.name);
    const route = api.routes.get("$connect");
    if (route) {
      const timeEpoch = this.#now();
      const params = handshakeParams(new URLSearchParams(search), request.rawHeaders, {
        sourceIp: connection.identity.sourceIp,
        timeEpoch,
      });
      const routeRequest = newRouteRequest(api, runner.stage, connection, {
        routeKey: "$connect",
        eventType: "CONNECT",
        domainName: this.domainName,
        timeEpoch,
        params,
      });
      const { authorizer } = route;
      const askAuthorizer = (): Promise<void> =>
        authorizer === undefined
          ? Promise.resolve()
          : authorize(api, authorizer, routeRequest, this.#options.invoke, (values) => {
              connection.authorizer = values;
            });
      const outcome = await runner.run(route, routeRequest, connection, authorizer && askAuthorizer);
      const refusal = refusalOf(outcome, connection.id, routeRequest.requestId);
      if (refusal) {
        refuseHandshake(socket, refusal);
        return;
      }
    }
    // While $connect ran, the client may have disconnected or the gateway may have begun to stop. The row must not stay.
    if (this.#isStopping || !socket.readable || !socket.writable) {
      if (this.#isStopping) refuseHandshake(socket, refusalBeforeRoute(503, "Service Unavailable"));
      else socket.destroy();
      await this.#disconnect(connection);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(connection, webSocket, socket));
  }

  #newConnection(request: IncomingMessage, stageName: string): Connection {
    const now = this.#now();
    return {
      id: newConnectionId(this.#options.api.id),
      stageName,
      connectedAt: now,
      lastActiveAt: now,
      identity: {
        userAgent: request.headers["user-agent"] ?? "",
        sourceIp: request.socket.remoteAddress ?? "",
      },
      authorizer: {},
      inFlight: 0,
      waiting: [],
      socket: undefined,
    };
  }

  #open(connection: Connection, webSocket: WebSocket, socket: Duplex): void {
    connection.socket = webSocket;
    this.connections.add(connection);
    const touch = (): void => this.connections.touch(connection);
    guardFrames(socket, this.#limits.frameBytes, () => this.#end(connection, MESSAGE_TOO_BIG));
    webSocket.on("message", (data: RawData, isBinary: boolean) => {
      if (connection.socket !== webSocket) return;
      touch();
      if (isBinary) this.#end(connection, UNSUPPORTED_DATA);
      else this.#receive(connection, webSocket, data.toString());
    });
    webSocket.on("ping", touch);
    webSocket.on("pong", touch);
    // ws closes by itself after a protocol error, with the code that fits; "close" follows.
    webSocket.on("error", () => undefined);
    webSocket.on("close", (code, reason) => this.#end(connection, { code, reason: reason.toString() }));
  }

  /** Limits the messages of a client that are served at once, because all clients share the services. */
  #receive(connection: Connection, socket: WebSocket, body: string): void {
    if (connection.inFlight < this.#limits.messagesInFlight) {
      this.#track(this.#serve(connection, socket, body));
      return;
    }
    // ws still emits the frames that it has already read: one read can contain two thousand small frames.
    connection.waiting.push(body);
    socket.pause();
  }

  async #serve(connection: Connection, socket: WebSocket, body: string): Promise<void> {
    connection.inFlight += 1;
    for (let next: string | undefined = body; next !== undefined; next = connection.waiting.shift()) {
      await this.#message(connection, socket, next);
      // A MOCK answers without any wait, so other clients get a turn before the next message.
      await setImmediate();
    }
    connection.inFlight -= 1;
    if (socket.isPaused) socket.resume();
  }

  async #message(connection: Connection, socket: WebSocket, text: string): Promise<void> {
    const deployment = this.#deployments.next();
    const runner = deployment.stage(connection.stageName);
    if (!runner) return;
    const body = new Body(text);
    const route = deployment.routeFor(deployment.selectRoute(body));
    const request = newRouteRequest(deployment.api, runner.stage, connection, {
      routeKey: route?.routeKey,
      eventType: "MESSAGE",
      domainName: this.domainName,
      timeEpoch: this.#now(),
      body,
    });
    const outcome = await runner.run(route, request, connection);
    const reply =
      outcome instanceof RouteFault
        ? errorFrame(outcome.message, connection.id, request.requestId)
        : route?.answers
          ? outcome.body
          : "";
    // A client that does not read delays only its own messages.
    if (reply !== "") await sendText(socket, Buffer.from(reply));
    this.connections.touch(connection);
  }

  async #disconnect(connection: Connection): Promise<void> {
    const deployment = this.#deployments.next();
    const { api } = deployment;
    const route = api.routes.get("$disconnect");
    const runner = deployment.stage(connection.stageName);
    if (!route || !runner) return;
    const request = newRouteRequest(api, runner.stage, connection, {
      routeKey: "$disconnect",
      eventType: "DISCONNECT",
      domainName: this.domainName,
      timeEpoch: this.#now(),
      params: disconnectParams(this.domainName),
    });
    await runner.run(route, request, connection);
  }

  #prepare(api: ApiDefinition): Deployment {
    return new Deployment(api, this.#options, { services: this.#services, invoke: this.#options.invoke }, this.#now);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #settled(atMostMilliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<"time is up">((resolve) => {
      timer = setTimeout(() => resolve("time is up"), atMostMilliseconds);
    });
    while (this.#underWay.size > 0) {
      if ((await Promise.race([Promise.allSettled(this.#underWay), timeUp])) === "time is up") break;
    }
    clearTimeout(timer);
  }
}

const isWebSocketHandshake = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" &&
  headers.upgrade?.toLowerCase() === "websocket" &&
  headers["sec-websocket-version"] === "13" &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "") &&
  isProtocolList(headers["sec-websocket-protocol"]);

/** ws would refuse any other list after `$connect` has run, and its row would stay. */
function isProtocolList(list: string | undefined): boolean {
  if (list === undefined) return true;
  const names = list.split(",").map((name) => name.trim());
  return names.every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)) && new Set(names).size === names.length;
}

/** AWS's load balancer passes on at most one Authorization header. */
const authorizationHeaders = ({ rawHeaders }: IncomingMessage): number =>
  rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "authorization").length;

/** A fault refuses with the gateway's own text; an unsuccessful answer refuses with the integration's text. */
function refusalOf(
  outcome: RouteFault | { readonly status: number; readonly body: string },
  connectionId: string,
  requestId: string,
): HandshakeRefusal | undefined {
  if (outcome instanceof RouteFault) {
    return refusalByRoute(outcome.status, requestId, errorFrame(outcome.message, connectionId, requestId));
  }
  const { status, body } = outcome;
  return status >= 200 && status <= 299 ? undefined : refusalByRoute(status, requestId, body);
}
