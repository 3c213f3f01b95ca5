import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { ACK, PONG } from "./scripted-server";

interface Entry {
  readonly id: string;
  readonly cursor: string;
  readonly data: unknown;
  readonly channel?: string;
  readonly from?: string;
}

interface Device {
  readonly socket: WebSocket;
  readonly channels: Set<string>;
}

/**
 * A real server of protocol 2 on 127.0.0.1, for one user: it has history, recovery and channels. It refuses the token
 * `refused`. A client that sends `{"cut": 3}` loses its connection, and is sent three notifications meanwhile.
 */
export class HistoryServer {
  /** What clients have sent, by route. */
  readonly sent: unknown[] = [];
  /** Tokens of handshakes, in order. */
  readonly tokens: readonly string[];
  readonly #entries: Entry[] = [];
  readonly #devices = new Set<Device>();
  #count = 0;
  #lastTime = 0;

  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, tokens: string[]) {
    this.#server = server;
    this.tokens = tokens;
    server.on("connection", (socket) => this.#connect(socket));
  }

  static async start(): Promise<HistoryServer> {
    const tokens: string[] = [];
    const server = new WebSocketServer({
      host: "127.0.0.1",
      port: 0,
      verifyClient: ({ req }, done) => {
        const token = new URL(req.url ?? "", "ws://host").searchParams.get("authorization") ?? "";
        tokens.push(token);
        done(token !== "refused", 403);
      },
    });
    await once(server, "listening");
    return new HistoryServer(server, tokens);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/live`;
  }

  get connections(): number {
    return this.#devices.size;
  }

  /** The channels that some connection is in. */
  get channels(): string[] {
    return [...new Set([...this.#devices].flatMap(({ channels }) => [...channels]))];
  }

  notify(data: unknown, more: Partial<Entry> = {}): void {
    const entry = { id: this.#id(++this.#count), cursor: this.#cursor(), data, ...more };
    this.#entries.push(entry);
    for (const { socket, channels } of this.#devices) {
      if (entry.channel === undefined || channels.has(entry.channel)) push(socket, { type: "notification", ...entry });
    }
  }

  /** Ends all connections as a broken network does. */
  cut(): void {
    for (const { socket } of this.#devices) socket.terminate();
    this.#devices.clear();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** A browser keeps the ids that it knows: those of another server must be others. */
  #id(count: number): string {
    return `${(this.#server.address() as AddressInfo).port}-${count}`;
  }

  #cursor(): string {
    this.#lastTime = Math.max(Date.now(), this.#lastTime + 1);
    return `${this.#lastTime}-a`;
  }

  #connect(socket: WebSocket): void {
    const device: Device = { socket, channels: new Set() };
    this.#devices.add(device);
    socket.on("close", () => this.#devices.delete(device));
    socket.on("error", () => {});
    socket.on("message", (text) => this.#receive(device, JSON.parse(String(text))));
  }

  #receive({ socket, channels }: Device, frame: Record<string, never>): void {
    const { action, id, after, channel, data, message } = frame;
    push(socket, action === "ping" ? PONG : { ...ACK, action });
    if (action === "send" || action === "publish") {
      this.sent.push([action, message]);
      const { cut } = (message ?? {}) as { readonly cut?: number };
      if (cut === undefined) return;
      this.cut();
      for (let index = 0; index < cut; index++) this.notify(`missed ${index}`);
    } else if (action === "recover") {
      this.#replay(socket, after, ({ channel: of }) => of === undefined);
      push(socket, { type: "recovered", id, cursor: this.#cursor(), complete: true });
    } else if (action === "subscribe") {
      const names = frame.channels as unknown as string[];
      const isAllowed = (name: string) => !name.startsWith("secret");
      for (const name of names.filter(isAllowed)) {
        channels.add(name);
        this.#replay(socket, after, ({ channel: of }) => of === name);
      }
      const refused = names
        .filter((name) => !isAllowed(name))
        .map((name) => ({ channel: name, reason: "not_allowed" }));
      push(socket, { type: "subscribed", id, channels: [...channels], refused, cursor: this.#cursor() });
    } else if (action === "unsubscribe") {
      for (const name of frame.channels as unknown as string[]) channels.delete(name);
      push(socket, { type: "unsubscribed", id, channels: frame.channels });
    } else if (action === "post") {
      this.notify(data, { channel, from: "alice" });
      push(socket, { type: "posted", id, notification: this.#id(this.#count) });
    }
  }

  #replay(socket: WebSocket, after: string | undefined, isOf: (entry: Entry) => boolean): void {
    if (after === undefined) return;
    const from = String(Number.parseInt(after, 10) - 15_000);
    for (const entry of this.#entries) {
      if (isOf(entry) && entry.cursor > from) push(socket, { type: "notification", ...entry, recovered: true });
    }
  }
}

function push(socket: WebSocket, frame: unknown): void {
  socket.send(JSON.stringify(frame));
}
