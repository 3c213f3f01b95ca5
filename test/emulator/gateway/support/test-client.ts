import { once } from "node:events";
import * as http from "node:http";
import { type ClientOptions, WebSocket } from "ws";
import { Journal } from "./journal";

/** A real client that keeps the frames it receives. */
export interface TestClient {
  readonly socket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** A text as it is, anything else as its JSON. */
  send(frame: unknown): void;
  readonly frames: Journal<string>;
  /** The next frame that the test has not seen yet, in order. */
  nextFrame(): Promise<string>;
}

/** An open connection; rejects when the handshake is refused. */
export async function connect(url: string, options: ClientOptions = {}): Promise<TestClient> {
  const socket = new WebSocket(url, options);
  const frames = new Journal<string>();
  let seen = 0;
  socket.on("message", (data) => frames.add(data.toString()));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, "open");
  return {
    socket,
    closed,
    frames,
    send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    nextFrame: async () => {
      const number = ++seen;
      return (await frames.take(number))[number - 1] as string;
    },
  };
}

/** The HTTP answer of a handshake at a `ws:` address: that of a refusal, or 101. */
export function handshake(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const [, host = "", port = "", path = ""] = /^ws:\/\/([^:/]+):(\d+)(.*)$/.exec(url) ?? [];
  return new Promise((resolve, reject) => {
    const request = http.get({
      host,
      port,
      // As it is: URL would tidy up what the gateway has to refuse.
      path,
      agent: false,
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        ...headers,
      },
    });
    request.on("error", reject);
    request.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, body: "" });
    });
    request.on("response", (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
  });
}
