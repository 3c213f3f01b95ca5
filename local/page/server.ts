import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { isJsonObject } from "../../handlers/shared/json-object";
import { listenFailure } from "../backend/free-port";
import type { Issuer } from "../issuer/issuer";
import { hostNames, LOOPBACK, urlHost } from "../listening";
import { CLIENT_LIBRARY, clientLibrary } from "./client-library";
import { readJson } from "./read-json";
import { RequestError } from "./request-error";
import { refuseForeignPages, requireKey } from "./request-guard";

/** The requests that the page and the commands make of the running stack. */
export interface PageServer {
  /** `http://<host>:<port>`. */
  readonly url: string;
  /** Starts to answer. Before that it serves only the issuer's keys, which the functions need first. */
  serve(routes: PageRoutes): void;
  stop(): Promise<void>;
}

export interface PageRoutes {
  /** Shown on the page. */
  readonly stack: object & { readonly websocket_url: string };
  /** Sends a backend's request by the topic or the queue. */
  request(via: "topic" | "queue", request: unknown): Promise<void>;
  /** The calls of the stack that were denied since then (epoch milliseconds). */
  denials(since: number): readonly string[];
  /**
   * Reports, as it happens, who is online and which messages backends receive. Returns a function that stops the
   * reports.
   */
  watch(onEvent: (event: object) => void): Promise<() => Promise<void>>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".map": "application/json",
};

/** The page's own files. */
const FILES: readonly string[] = [
  "index.html",
  "page.css",
  "page.js",
  "events.js",
  "connection.js",
  "channels.js",
  "recording-socket.js",
  "log.js",
  "describe-failure.js",
  "parse-frame.js",
  "read-data.js",
];

export interface PageServerOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** The key that the page and the commands must send. */
  readonly key: string;
  /** Created when the URL is known. */
  readonly issuer: (url: string) => Promise<Issuer>;
}

/**
 * Serves the page and the issuer. Everybody can get its files and the issuer's public keys. All other requests need the
 * run's key. Web pages from elsewhere get nothing.
 *
 * @throws SetupError when it cannot listen on the address
 */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const { port, host = LOOPBACK, key } = options;
  const names = hostNames(host);
  let routes: PageRoutes | undefined;
  let identity: Issuer | undefined;
  const watchers = new Set<() => Promise<void>>();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, { names, key, issuer: identity, routes, watchers }).catch((error: unknown) => {
      const { status, message } = error instanceof RequestError ? error : new RequestError(500, String(error));
      if (response.headersSent) response.destroy();
      else response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${message}\n`);
    });
  };
  const server = await listen(handle, port, host);
  const servers = [server];
  // The authorizer accepts keys by plain http from the loopback address only.
  if (urlHost(host) !== LOOPBACK) servers.push(await listen(handle, portOf(server), LOOPBACK));
  const url = `http://${urlHost(host)}:${portOf(server)}`;
  identity = await options.issuer(url);
  return {
    url,
    serve: (given) => {
      routes = given;
    },
    stop: async () => {
      const closed = servers.map((one) => (one.listening ? once(one, "close") : undefined));
      for (const one of servers) {
        one.close();
        one.closeAllConnections();
      }
      await Promise.all([...closed, ...[...watchers].map((stop) => stop())]);
    },
  };
}

async function listen(handle: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(handle).listen(port, host);
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, port, host);
  });
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** The handlers of requests. The routes exist when the stack is ready. */
interface Serving {
  readonly names: readonly string[];
  readonly key: string;
  readonly issuer: Issuer | undefined;
  readonly routes: PageRoutes | undefined;
  /** For each current watcher, the function that ends its watch. */
  readonly watchers: Set<() => Promise<void>>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { names, key, issuer, routes, watchers }: Serving,
): Promise<void> {
  refuseForeignPages(request, names);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const route = `${request.method} ${pathname}`;
  if (issuer !== undefined && route === "GET /.well-known/jwks.json") {
    // The time is short, because another run on the same port has another key.
    response.setHeader("cache-control", "max-age=5");
    sendJson(response, issuer.jwks);
    return;
  }
  if (issuer === undefined || routes === undefined) throw new RequestError(503, "SUMU is still starting");
  const content = request.method === "GET" ? await contentOf(pathname) : undefined;
  if (content !== undefined) {
    sendFile(response, content, routes.stack.websocket_url);
    return;
  }
  requireKey(request, key);
  switch (route) {
    case "GET /stack.json":
      sendJson(response, routes.stack);
      return;
    case "GET /denials":
      sendJson(response, { denials: routes.denials(Number(searchParams.get("since"))) });
      return;
    case "GET /events":
      await sendEvents(response, routes, watchers);
      return;
    case "POST /tokens":
      sendJson(response, { token: await mint(issuer, await readJson(request)) });
      return;
    case "POST /requests": {
      const { via, request: sent } = await readJson(request);
      if (via !== "topic" && via !== "queue") throw new RequestError(400, '"via" must be "topic" or "queue"');
      await routes.request(via, sent);
      sendJson(response, {});
      return;
    }
    default:
      throw new RequestError(404, "there is no such page");
  }
}

function mint(issuer: Issuer, { user, audience, expiresInSeconds, claims }: Record<string, unknown>): Promise<string> {
  if (typeof user !== "string" || user === "") throw new RequestError(400, '"user" must be the name of a user');
  return issuer.mint(user, {
    audience: typeof audience === "string" ? audience : undefined,
    expiresInSeconds: typeof expiresInSeconds === "number" ? expiresInSeconds : undefined,
    claims: isJsonObject(claims) ? claims : undefined,
  });
}

interface Content {
  readonly type: string;
  readonly text: string;
}

/** A file of the page, or of the client library that the page uses. */
async function contentOf(pathname: string): Promise<Content | undefined> {
  const name = pathname === "/" ? "index.html" : pathname.slice(1);
  const type = TYPES[path.extname(name)];
  if (type === undefined) return undefined;
  if (FILES.includes(name)) return { type, text: await readFile(path.join(__dirname, "public", name), "utf8") };
  if (!name.startsWith(CLIENT_LIBRARY)) return undefined;
  const text = (await clientLibrary()).get(name);
  return text === undefined ? undefined : { type, text };
}

function sendFile(response: ServerResponse, { type, text }: Content, websocketUrl: string): void {
  const { host } = new URL(websocketUrl);
  response.writeHead(200, {
    "content-type": type,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "content-security-policy":
      `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://${host}; ` +
      "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  });
  response.end(text);
}

async function sendEvents(response: ServerResponse, routes: PageRoutes, watchers: Serving["watchers"]): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
  const end = await routes.watch((event) => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  });
  let ended: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    ended ??= end()
      .catch(() => {})
      .finally(() => watchers.delete(stop));
    return ended;
  };
  watchers.add(stop);
  if (response.destroyed) await stop();
  else response.once("close", stop);
}

function sendJson(response: ServerResponse, value: object): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}
