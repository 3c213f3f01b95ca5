import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import { authorize } from "./authorize";
import type { Connection } from "./connection";
import { ConnectionRegistry } from "./connection-registry";
import { errorFrame, RouteFault } from "./fault";
import { guardFrames } from "./frame-guard";
import type { GatewayOptions, Limits } from "./gateway-options";
import { newId } from "./new-id";
import { refuseHandshake } from "./refuse-handshake";
import { type EventType, newRouteRequest, type RequestParams, type RouteRequest, readParams } from "./route-request";
import { RouteRunner } from "./route-runner";
import { compileSelection, parseBody, type Selection } from "./selection-expression";
import { ServiceClient } from "./service-client";

const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;
const MESSAGE_TOO_BIG = 1009;

/** How long a client has to answer a close frame before its socket is cut. */
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
  readonly #runner: RouteRunner;
  readonly #selectRoute: Selection;
  readonly #sockets: WebSocketServer;
  /** Handshakes, messages and disconnects under way, for a clean stop. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #handshakes = new Set<Duplex>();
  #isStopping = false;

  constructor(options: GatewayOptions, limits: Limits, now: () => number) {
    const [signer] = options.credentials;
    if (!signer) throw new RangeError("credentials must hold at least one key pair");
    this.#options = options;
    this.#limits = limits;
    this.#now = now;
    this.#services = new ServiceClient(options.awsEndpoint, signer);
    this.#runner = new RouteRunner(options, this.#services, now);
    this.#selectRoute = compileSelection(options.api.routeSelectionExpression);
    this.connections = new ConnectionRegistry(limits, now, (connection) => this.end(connection, GOING_AWAY));
    const socketOptions: ServerOptions & { readonly closeTimeout: number } = {
      noServer: true,
      // 5,000 deflate contexts would cost 300 KB each.
      perMessageDeflate: false,
      maxPayload: limits.payloadBytes,
      closeTimeout: CLOSE_TIMEOUT_MILLISECONDS,
      // As on AWS, where only the $connect integration could choose a subprotocol.
      handleProtocols: () => false,
    };
    this.#sockets = new WebSocketServer(socketOptions);
  }

  /** Serves an HTTP upgrade: the `$connect` route decides whether it becomes a connection. */
  handshake(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    this.#handshakes.add(socket);
    this.#track(this.#connect(request, socket, head).finally(() => this.#handshakes.delete(socket)));
  }

  /** Ends a connection: it is gone for @connections at once, and `$disconnect` runs, exactly once. */
  end(connection: Connection, closeCode: number): void {
    this.connections.remove(connection);
    const { socket } = connection;
    if (!socket) return;
    connection.socket = undefined;
    socket.close(closeCode);
    this.#track(this.#disconnect(connection));
  }

  /** Ends every connection, waits for what is under way, and frees everything. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#isStopping = true;
    this.connections.close();
    for (const connection of this.connections.all()) this.end(connection, GOING_AWAY);
    await this.#settled(graceMilliseconds);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    await this.#services.destroy();
    // Integrations have failed now; an authorizer that never answers is left behind.
    await this.#settled(LAST_GRACE_MILLISECONDS);
    for (const socket of this.#handshakes) socket.destroy();
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { api } = this.#options;
    // Not with URL: it throws for "//" and takes "//host/prod" for "/prod".
    const [, path, search = ""] = /^([^?]*)\??(.*)$/s.exec(request.url ?? "/") ?? [];
    if (!isWebSocketHandshake(request)) {
      refuseHandshake(socket, 400, { message: "Bad Request" });
      return;
    }
    if (path !== `/${api.stage.name}` && path !== `/${api.stage.name}/`) {
      refuseHandshake(socket, 403, { message: "Forbidden" });
      return;
    }
    const connection = this.#newConnection(request);
    const route = api.routes.get("$connect");
    if (route) {
      const params = readParams(new URLSearchParams(search), request.rawHeaders);
      const routeRequest = this.#request(connection, "$connect", "CONNECT", { params });
      const outcome = await this.#runner.run(route, routeRequest, connection, async () => {
        if (!route.authorizer) return;
        await authorize(api, route.authorizer, routeRequest, this.#options.invoke, (authorizer) => {
          connection.authorizer = authorizer;
        });
      });
      if (outcome instanceof RouteFault) {
        refuseHandshake(socket, outcome.status, { message: outcome.message });
        return;
      }
    }
    // The client may have gone, or the gateway may be stopping, while $connect ran: its row must not stay.
    if (this.#isStopping || !socket.readable || !socket.writable) {
      if (this.#isStopping) refuseHandshake(socket, 503, { message: "Service Unavailable" });
      else socket.destroy();
      await this.#disconnect(connection);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(connection, webSocket, socket));
  }

  #newConnection(request: IncomingMessage): Connection {
    const now = this.#now();
    return {
      id: newId(),
      connectedAt: now,
      lastActiveAt: now,
      identity: {
        sourceIp: request.socket.remoteAddress ?? "",
        userAgent: request.headers["user-agent"] ?? "",
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
    guardFrames(socket, this.#limits.frameBytes, () => this.end(connection, MESSAGE_TOO_BIG));
    webSocket.on("message", (data: RawData, isBinary: boolean) => {
      if (connection.socket !== webSocket) return;
      touch();
      if (isBinary) this.end(connection, UNSUPPORTED_DATA);
      else this.#receive(connection, webSocket, data.toString());
    });
    webSocket.on("ping", touch);
    webSocket.on("pong", touch);
    // ws closes by itself after a protocol error, with the code that fits; "close" follows.
    webSocket.on("error", () => undefined);
    webSocket.on("close", () => this.end(connection, GOING_AWAY));
  }

  /** So many messages of a client are served at once: the services that all clients share are not its own. */
  #receive(connection: Connection, socket: WebSocket, body: string): void {
    if (connection.inFlight < this.#limits.messagesInFlight) {
      this.#track(this.#serve(connection, socket, body));
      return;
    }
    // ws still gives the frames that it has read: two thousand small ones come in one piece.
    connection.waiting.push(body);
    socket.pause();
  }

  async #serve(connection: Connection, socket: WebSocket, body: string): Promise<void> {
    connection.inFlight += 1;
    for (let next: string | undefined = body; next !== undefined; next = connection.waiting.shift()) {
      await this.#message(connection, socket, next);
      // A MOCK is answered without waiting for anything: others have their turn before the next.
      await setImmediate();
    }
    connection.inFlight -= 1;
    if (socket.isPaused) socket.resume();
  }

  async #message(connection: Connection, socket: WebSocket, body: string): Promise<void> {
    const routeKey = this.#selectRoute(parseBody(body));
    const route = this.#runner.routeFor(routeKey);
    const request = this.#request(connection, route?.routeKey, "MESSAGE", { body });
    const outcome = await this.#runner.run(route, request, connection);
    if (outcome instanceof RouteFault)
      await send(socket, errorFrame(outcome.message, connection.id, request.requestId));
    else if (route?.answers && outcome.body !== "") await send(socket, outcome.body);
    this.connections.touch(connection);
  }

  async #disconnect(connection: Connection): Promise<void> {
    const route = this.#options.api.routes.get("$disconnect");
    if (!route) return;
    await this.#runner.run(route, this.#request(connection, "$disconnect", "DISCONNECT", {}), connection);
  }

  #request(
    connection: Connection,
    routeKey: string | undefined,
    eventType: EventType,
    more: { readonly body?: string; readonly params?: RequestParams },
  ): RouteRequest {
    return newRouteRequest(this.#options.api, connection, {
      routeKey,
      eventType,
      domainName: this.domainName,
      timeEpoch: this.#now(),
      ...more,
    });
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

/** Resolves when the frame has left for the kernel, or never can: a client that does not read holds its own messages. */
const send = (socket: WebSocket, frame: string): Promise<void> =>
  new Promise((resolve) => {
    socket.send(frame, () => resolve());
  });
