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
    // A broken connection shows in the frames that do not arrive.
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

  /**
   * Waits for a number of frames and gives all frames, including later ones. SUMU's own answers must match their
   * schema.
   */
  async received(count: number, deadlineMilliseconds?: number): Promise<readonly string[]> {
    await until(`${count} frames`, () => this.frames.length >= count, deadlineMilliseconds);
    for (const frame of this.frames) assertServerFrame(frame);
    return this.frames;
  }

  /** Waits for a frame that satisfies the condition, and gives the first such frame. */
  frame(isIt: (frame: string, index: number) => boolean, deadlineMilliseconds?: number): Promise<string> {
    return until("a frame", () => this.frames.find(isIt), deadlineMilliseconds);
  }

  /** Reads nothing from now on: the network and the gateway keep the frames that arrive. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Reads again, beginning with what has waited. */
  readAgain(): void {
    this.#socket.resume();
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
