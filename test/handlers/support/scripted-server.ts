import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as net from "node:net";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** What the server does with a request. */
export type Reply =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
      /** Held back this long, in milliseconds. */
      readonly delayMs?: number;
    }
  /** The connection is reset, without a byte. */
  | "reset"
  /** No answer, ever. */
  | "silence";

export interface ScriptedServer {
  readonly endpoint: string;
  readonly requests: readonly SeenRequest[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  /** Connections open now, and at most so far. */
  readonly peakConnections: () => number;
  /** Hangs up on every connection that is idle. */
  readonly hangUp: () => void;
  readonly close: () => Promise<void>;
}

/** An HTTP server on a free port of 127.0.0.1 that answers as the script says. */
export async function scriptedServer(script: (request: SeenRequest) => Reply): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  let peak = 0;
  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      const reply = script(request);
      if (reply === "silence") return;
      if (reply === "reset") {
        incoming.socket.resetAndDestroy();
        return;
      }
      const answer = () => {
        outgoing.writeHead(reply.status, reply.headers);
        outgoing.end(reply.body ?? "");
      };
      if (reply.delayMs) setTimeout(answer, reply.delayMs);
      else answer();
    });
  });
  server.on("connection", (socket) => {
    accepted++;
    sockets.add(socket);
    peak = Math.max(peak, sockets.size);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => accepted,
    peakConnections: () => peak,
    hangUp: () => server.closeIdleConnections(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A TCP server that lets the test write an answer's very bytes. */
export async function rawServer(
  onRequest: (socket: net.Socket, count: number) => void,
): Promise<{ readonly endpoint: string; readonly close: () => Promise<void> }> {
  let count = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", () => onRequest(socket, count++));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
