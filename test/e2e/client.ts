import { once } from "node:events";
import WebSocket from "ws";
import { assertServerFrame } from "./assert-wire";
import { until } from "./until";

/** One device of a user: it keeps every frame, in the order of arrival. */
export class Client {
  readonly frames: string[] = [];
  /** The close code, when the connection is closed. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("message", (data) => this.frames.push(String(data)));
    // A connection that breaks shows by what does not arrive.
    socket.on("error", () => {});
  }

  /** @throws Error `refused with <status>` */
  static async connect(websocketUrl: string, token?: string, protocol?: string): Promise<Client> {
    const url = new URL(websocketUrl);
    if (token !== undefined) url.searchParams.set("authorization", token);
    if (protocol !== undefined) url.searchParams.set("protocol", protocol);
    const socket = new WebSocket(url, { handshakeTimeout: 20_000 });
    const client = new Client(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
      socket.once("unexpected-response", (_request, response) => {
        response.resume();
        reject(new Error(`refused with ${response.statusCode}`));
      });
    });
    return client;
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  /** Waits for so many frames and gives them all, those beyond too. What SUMU itself has answered matches its schema. */
  async received(count: number, deadlineMilliseconds?: number): Promise<readonly string[]> {
    await until(`${count} frames`, () => this.frames.length >= count, deadlineMilliseconds);
    for (const frame of this.frames) assertServerFrame(frame);
    return this.frames;
  }

  /** Waits for a frame of which this is true, and gives the first. */
  frame(isIt: (frame: string, index: number) => boolean, deadlineMilliseconds?: number): Promise<string> {
    return until("a frame", () => this.frames.find(isIt), deadlineMilliseconds);
  }

  /** Reads nothing from now on: the network and the gateway hold what arrives. */
  stopReading(): void {
    this.#socket.pause();
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  /** Ends the connection without the closing handshake. */
  terminate(): void {
    this.#socket.terminate();
  }
}
