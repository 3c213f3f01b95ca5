import * as net from "node:net";
import * as tls from "node:tls";
import { type ExchangeOutcome, HttpConnection } from "./http-connection";
import { HttpError } from "./http-error";
import type { HttpResponse } from "./http-response";
import { TimeoutWatch } from "./timeout-watch";

export interface HttpRequest {
  readonly method: string;
  /** Already percent-encoded, without a query. */
  readonly path: string;
  /** Header lines, each with its end of line; `host` among them. `content-length` is added. */
  readonly headers: string;
  readonly body?: Buffer;
  /** From sending to the whole answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Epoch milliseconds after which the request is not sent, and by which it must end. Default: none. */
  readonly deadline?: number;
  /**
   * If true, sending the request twice does no harm: after a stale connection it is sent again at once. Default false.
   */
  readonly repeatable?: boolean;
}

export interface HttpPoolOptions {
  /** `https://host[:port]` or `http://host[:port]`; a path is ignored. */
  readonly endpoint: string;
  /** The limit for connections, and so for requests in flight. More requests wait in order of arrival. */
  readonly maxConnections: number;
  /** @default 3000 */
  readonly connectTimeoutMs?: number;
  /** Short, so that a container that was frozen for some time starts with a new connection. @default 20000 */
  readonly idleTimeoutMs?: number;
  /** Trusted instead of Node's own certificates and NODE_EXTRA_CA_CERTS. @default - those */
  readonly ca?: string;
}

interface Waiting {
  readonly request: HttpRequest;
  readonly head: string;
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (error: HttpError) => void;
}

/** How long no connection is opened after an attempt to open one has failed, while other connections are open. */
const REDIAL_PAUSE_MS = 1_000;

/**
 * A frozen container notices a closed connection only when its event loop runs again. After this idle time, check
 * before use.
 */
const SUSPECT_IDLE_MS = 1_000;

/**
 * Bytes are read into this memory, not through a stream. This saves a fifth of the cost of reading, and creates no
 * garbage for each 64 KB. All sockets share the memory, because the bytes of one socket are handled before another
 * socket reads. This is true on every platform for a TLS record (16 KB at most).
 */
const TLS_READ_BUFFER = Buffer.allocUnsafeSlow(16 * 1024);
const TCP_READ_BYTES = 64 * 1024;

// One context for all connections of the process. Otherwise Node builds a context, with its certificates, for each.
let sharedContext: tls.SecureContext | undefined;

/**
 * HTTP/1.1 to one host over kept-alive connections, with plain sockets.
 *
 * SUMU has its own HTTP client because of the cold start. To the first answer, `node:https` takes 71 ms of CPU, a
 * client library 212 ms, and Node alone 19 ms. `npm run bench -- cold` measures undici beside SUMU's pusher.
 *
 * A request is sent once. Only a `repeatable` request is sent again, and only if its connection was stale.
 */
export class HttpPool {
  readonly #options: Required<Omit<HttpPoolOptions, "ca">> & Pick<HttpPoolOptions, "ca">;
  readonly #url: URL;
  #idle: HttpConnection[] = [];
  #waiting: Waiting[] = [];
  /** The index of the queue's start: shifting an array of thousands costs more than counting. */
  #first = 0;
  #connections = new Set<HttpConnection>();
  #connecting = new Set<net.Socket>();
  readonly #timeouts = new TimeoutWatch(() => this.#connections);
  #session: Buffer | undefined;
  #checking = 0;
  #connectAgainAt = 0;
  #closed = false;

  constructor(options: HttpPoolOptions) {
    this.#options = { connectTimeoutMs: 3_000, idleTimeoutMs: 20_000, ...options };
    this.#url = new URL(options.endpoint);
    if (this.#url.protocol !== "https:" && this.#url.protocol !== "http:") {
      throw new TypeError(`an endpoint must begin with https:// or http://, got ${this.#url.protocol}//`);
    }
  }

  /** The `host` header's value. */
  get host(): string {
    return this.#url.host;
  }

  /** @throws {@link HttpError} There was no answer. An answer of any status is returned. */
  request(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new HttpError("connect", this.host, new Error("closed"));
      this.#waiting.push({ request, head: requestHead(request), resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends every connection. Current and waiting requests fail. */
  close(): void {
    this.#closed = true;
    while (this.#waitingCount > 0)
      this.#takeWaiting()?.reject(new HttpError("connect", this.host, new Error("closed")));
    for (const socket of this.#connecting) socket.destroy();
    for (const connection of this.#connections) connection.destroy();
    this.#idle = [];
  }

  #dispatch(): void {
    while (this.#waitingCount > 0) {
      const connection = this.#takeIdle();
      if (connection === undefined) break;
      this.#use(connection);
    }
    if (this.#connections.size > 0 && Date.now() < this.#connectAgainAt) return;
    const wanted = this.#waitingCount - this.#checking;
    while (
      this.#connecting.size < wanted &&
      this.#connecting.size + this.#connections.size < this.#options.maxConnections
    ) {
      this.#connect();
    }
  }

  get #waitingCount(): number {
    return this.#waiting.length - this.#first;
  }

  #takeWaiting(): Waiting | undefined {
    const waiting = this.#waiting[this.#first++];
    if (this.#first >= this.#waiting.length) {
      this.#waiting = [];
      this.#first = 0;
    } else if (this.#first === 1_024) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    return waiting;
  }

  #takeIdle(): HttpConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined) return undefined;
      const idleMs = Date.now() - connection.idleSince;
      if (idleMs > this.#options.idleTimeoutMs) {
        this.#drop(connection);
      } else if (idleMs > SUSPECT_IDLE_MS) {
        this.#check(connection);
      } else {
        return connection;
      }
    }
  }

  /** Two turns of the event loop include one whole poll of the sockets, so a close that has arrived is noticed. */
  #check(connection: HttpConnection): void {
    this.#checking++;
    setImmediate(() =>
      setImmediate(() => {
        this.#checking--;
        if (!connection.closed) {
          connection.idleSince = Date.now();
          this.#idle.push(connection);
        }
        this.#dispatch();
      }),
    );
  }

  #use(connection: HttpConnection): void {
    for (let waiting = this.#takeWaiting(); waiting !== undefined; waiting = this.#takeWaiting()) {
      const { timeoutMs, deadline = Number.POSITIVE_INFINITY, body } = waiting.request;
      const now = Date.now();
      if (deadline > now) {
        const served = waiting;
        const endsAt = Math.min(now + timeoutMs, deadline);
        this.#timeouts.begin(endsAt, now);
        connection.send(served.head, body, endsAt, (outcome) => this.#settle(connection, served, outcome));
        return;
      }
      waiting.reject(new HttpError("deadline", this.host));
    }
    this.#release(connection);
  }

  #settle(connection: HttpConnection, waiting: Waiting, { response, error, stale }: ExchangeOutcome): void {
    this.#timeouts.end();
    if (connection.closed) this.#drop(connection);
    else if (this.#waitingCount > 0) this.#use(connection);
    else this.#release(connection);

    if (response !== undefined) waiting.resolve(response);
    else if (stale && waiting.request.repeatable && !this.#closed) this.#waiting.push(waiting);
    else waiting.reject(error ?? new HttpError("reset", this.host));
    if (connection.closed) this.#dispatch();
  }

  #release(connection: HttpConnection): void {
    connection.idleSince = Date.now();
    this.#idle.push(connection);
  }

  #drop(connection: HttpConnection): void {
    connection.destroy();
    this.#connections.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  #connect(): void {
    const isTls = this.#url.protocol === "https:";
    const host = this.#url.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = Number(this.#url.port || (isTls ? 443 : 80));
    let connection: HttpConnection | undefined;
    const buffer = isTls ? TLS_READ_BUFFER : Buffer.allocUnsafeSlow(TCP_READ_BYTES);
    const onread = {
      buffer,
      callback: (bytes: number) => {
        if (connection === undefined) socket.destroy(new Error("the server spoke first"));
        else connection.receive(buffer.subarray(0, bytes));
        return true;
      },
    };
    const socket = isTls ? this.#connectTls(host, port, onread) : net.connect({ host, port, onread });
    this.#connecting.add(socket);
    const deadline = this.#waiting[this.#first]?.request.deadline ?? Number.POSITIVE_INFINITY;
    const timeoutMs = Math.max(0, Math.min(this.#options.connectTimeoutMs, deadline - Date.now()));
    const timer = setTimeout(() => socket.destroy(new Error("timed out")), timeoutMs);
    const failed = (error?: Error) => {
      clearTimeout(timer);
      if (!this.#connecting.delete(socket)) return;
      this.#connectAgainAt = Date.now() + REDIAL_PAUSE_MS;
      // A waiting request does not belong to the failed connection: any open connection can send it.
      if (this.#connections.size > 0) return;
      this.#takeWaiting()?.reject(new HttpError("connect", this.host, error));
      this.#dispatch();
    };
    socket.once("error", failed);
    socket.once("close", () => failed());
    socket.once(isTls ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      this.#connecting.delete(socket);
      socket.off("error", failed);
      connection = new HttpConnection(socket, this.host, (closed) => this.#drop(closed));
      this.#connections.add(connection);
      if (this.#waitingCount > 0) this.#use(connection);
      else this.#release(connection);
    });
  }

  #connectTls(host: string, port: number, onread: net.OnReadOpts): tls.TLSSocket {
    const { ca } = this.#options;
    if (ca === undefined) sharedContext ??= tls.createSecureContext();
    const options: tls.ConnectionOptions & { readonly onread: net.OnReadOpts } = {
      host,
      port,
      onread,
      servername: net.isIP(host) === 0 ? host : "",
      ALPNProtocols: ["http/1.1"],
      // A resumed session needs no certificates on either side: this saves a third of the handshake's cost.
      session: this.#session,
      ...(ca === undefined ? { secureContext: sharedContext } : { ca }),
    };
    const socket = tls.connect(options);
    socket.on("session", (session) => {
      this.#session = session;
    });
    return socket;
  }
}

function requestHead({ method, path, headers, body }: HttpRequest): string {
  if (/[^\x21-\x7e]/.test(path)) throw new TypeError("a request's path must be percent-encoded");
  return `${method} ${path} HTTP/1.1\r\n${headers}content-length: ${body?.length ?? 0}\r\n\r\n`;
}
