import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type ClientOptions, WebSocket } from "ws";

/** A real client that keeps the frames it receives. */
export interface TestClient {
  readonly socket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(frame: string): void;
  /** The next frame that the test has not seen yet, in order. */
  nextFrame(): Promise<string>;
  /** Frames received and not yet taken. */
  readonly unread: string[];
}

export async function connect(url: string, options: ClientOptions = {}): Promise<TestClient> {
  const socket = new WebSocket(url, options);
  const unread: string[] = [];
  const waiting: ((frame: string) => void)[] = [];
  socket.on("message", (data) => {
    const resolve = waiting.shift();
    if (resolve) resolve(data.toString());
    else unread.push(data.toString());
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, "open");
  return {
    socket,
    closed,
    unread,
    send: (frame) => socket.send(frame),
    nextFrame: () => {
      const frame = unread.shift();
      return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame);
    },
  };
}

/** The HTTP answer of a handshake that the gateway refuses. */
export async function refused(url: string, options: ClientOptions = {}): Promise<{ status: number; body: string }> {
  const socket = new WebSocket(url, options);
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  socket.terminate();
  return { status: response.statusCode ?? 0, body };
}
