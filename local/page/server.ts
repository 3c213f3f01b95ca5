import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Issuer } from "../issuer/issuer";
import { SetupError } from "../setup-error";

/** What the page and the `token` command ask of the running stack. */
export interface PageServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Begins to answer; until then only the keys are there, which the functions need first. */
  serve(routes: PageRoutes): void;
  stop(): Promise<void>;
}

export interface PageRoutes {
  /** Shown on the page. */
  readonly stack: object & { readonly websocket_url: string };
  /** Sends one notification through the topic or the queue. */
  notify(via: "topic" | "queue", notification: unknown): Promise<void>;
  /** Who is online, and what backends receive, as it happens. Returns what ends it. */
  watch(onEvent: (event: object) => void): Promise<() => Promise<void>>;
}

const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/page.css": { file: "page.css", type: "text/css; charset=utf-8" },
  "/page.js": { file: "page.js", type: "text/javascript; charset=utf-8" },
  "/connection.js": { file: "connection.js", type: "text/javascript; charset=utf-8" },
  "/log.js": { file: "log.js", type: "text/javascript; charset=utf-8" },
};

const BODY_LIMIT_BYTES = 1024 * 1024;

/** A request that the page would never make. */
class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Serves the page and the issuer on the loopback interface. It answers only to its own names, so that no web page from
 * elsewhere can reach it through a name of its own (DNS rebinding), and takes only JSON, which such a page cannot post.
 *
 * @param port - 0 for any that is free
 * @throws SetupError when the port is taken
 */
export async function startPageServer(port: number, issuer: (url: string) => Promise<Issuer>): Promise<PageServer> {
  let routes: PageRoutes | undefined;
  let identity: Issuer | undefined;
  const watchers = new Set<() => Promise<void>>();
  const server = createServer((request, response) => {
    answer(request, response, { server, issuer: identity, routes, watchers }).catch((error: unknown) => {
      const { status, message } = error instanceof RequestError ? error : new RequestError(500, String(error));
      if (response.headersSent) response.destroy();
      else response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${message}\n`);
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    throw new SetupError(
      `port ${port} cannot be used (${error.code}): stop what listens there, or choose another with --port`,
    );
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  identity = await issuer(url);
  return {
    url,
    serve: (given) => {
      routes = given;
    },
    stop: async () => {
      const closed = server.listening ? once(server, "close") : undefined;
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, ...[...watchers].map((stop) => stop())]);
    },
  };
}

/** What answers: the routes are there when the stack is. */
interface Serving {
  readonly server: Server;
  readonly issuer: Issuer | undefined;
  readonly routes: PageRoutes | undefined;
  /** What ends each that watches now. */
  readonly watchers: Set<() => Promise<void>>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { server, issuer, routes, watchers }: Serving,
): Promise<void> {
  const { port } = server.address() as AddressInfo;
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? "")) {
    throw new RequestError(403, "this server answers to 127.0.0.1 and localhost only");
  }
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const route = `${request.method} ${pathname}`;
  if (issuer !== undefined && route === "GET /.well-known/jwks.json") {
    // Short, for another run on the same port has another key.
    response.setHeader("cache-control", "max-age=5");
    sendJson(response, issuer.jwks);
    return;
  }
  if (issuer === undefined || routes === undefined) throw new RequestError(503, "SUMU is still starting");
  const file = FILES[pathname];
  if (request.method === "GET" && file !== undefined) {
    await sendFile(response, file, routes.stack.websocket_url);
    return;
  }
  switch (route) {
    case "GET /stack.json":
      sendJson(response, routes.stack);
      return;
    case "GET /events":
      await sendEvents(response, routes, watchers);
      return;
    case "POST /tokens":
      sendJson(response, { token: await mint(issuer, await readJson(request)) });
      return;
    case "POST /notifications": {
      const { via, notification } = await readJson(request);
      if (via !== "topic" && via !== "queue") throw new RequestError(400, '"via" is "topic" or "queue"');
      await routes.notify(via, notification);
      sendJson(response, {});
      return;
    }
    default:
      throw new RequestError(404, "nothing is here");
  }
}

function mint(issuer: Issuer, { user, audience, expiresInSeconds }: Record<string, unknown>): Promise<string> {
  if (typeof user !== "string" || user === "") throw new RequestError(400, '"user" is the name of the user');
  return issuer.mint(user, {
    audience: typeof audience === "string" ? audience : undefined,
    expiresInSeconds: typeof expiresInSeconds === "number" ? expiresInSeconds : undefined,
  });
}

async function sendFile(
  response: ServerResponse,
  { file, type }: { file: string; type: string },
  websocketUrl: string,
): Promise<void> {
  const { host } = new URL(websocketUrl);
  const content = await readFile(path.join(__dirname, "public", file));
  response.writeHead(200, {
    "content-type": type,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "content-security-policy":
      `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://${host}; ` +
      "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  });
  response.end(content);
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

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (request.headers["content-type"] !== "application/json")
    throw new RequestError(415, "only application/json is taken");
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) throw new RequestError(413, "the body is larger than 1 MiB");
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new RequestError(400, "the body is not a JSON object");
}
