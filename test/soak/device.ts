import { createHash } from "node:crypto";
import { historyBegins } from "../../src/contract/history";
import { FaultySocket, type Tap } from "./faulty-socket";
import type { ClientFault } from "./plan";
import type { SoakEvent } from "./record";
import type { CreateSoakClient, SoakClient } from "./soak-client";

export interface DeviceOptions {
  readonly app: string;
  readonly user: string;
  readonly url: string;
  readonly token: (user: string) => Promise<string>;
  readonly createClient: CreateSoakClient;
  readonly historySeconds: number;
  /** The cursor that the application has from an earlier time. @default none */
  readonly cursor?: string | undefined;
  readonly write: (event: SoakEvent) => void;
  readonly count: (what: "connections" | "recoveries" | "replayed") => void;
  /** A handshake failed. */
  readonly countRefused: (why: string) => void;
}

/** A device of a user with one application on it. The application keeps what it knows while the device is away. */
export class Device {
  #memory: string | undefined;
  #client: SoakClient | undefined;
  readonly #sockets = new Set<FaultySocket>();
  #hasJoined = false;
  /** The recoveries that were complete. */
  #recoveries = 0;
  #returning: NodeJS.Timeout | undefined;

  constructor(private readonly options: DeviceOptions) {
    if (options.cursor !== undefined) this.#memory = JSON.stringify({ cursor: options.cursor, ids: [] });
  }

  get app(): string {
    return this.options.app;
  }

  get user(): string {
    return this.options.user;
  }

  get isOpen(): boolean {
    return this.#sockets.size > 0;
  }

  /** How many recoveries were complete so far. */
  get recoveries(): number {
    return this.#recoveries;
  }

  open(): void {
    const { app, user, url, token, createClient, write } = this.options;
    clearTimeout(this.#returning);
    if (this.#client !== undefined) return;
    this.#client = createClient({
      url,
      token: () => token(user),
      openSocket: (address) => new FaultySocket(address, this.#tap),
      memory: {
        load: () => this.#memory,
        save: (text) => {
          this.#memory = text;
        },
      },
      onMessage: ({ id, data }) => write({ kind: "given", app, id, data: digest(data) }),
      onGap: () => write({ kind: "gap", app }),
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#returning);
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  suffer(fault: ClientFault, milliseconds: number): void {
    if (fault === "leave" || fault === "reload") {
      void this.close();
      this.#returning = setTimeout(() => this.open(), fault === "reload" ? 0 : milliseconds);
      return;
    }
    for (const socket of this.#sockets) {
      if (fault === "cut") socket.cut();
      else socket[fault](milliseconds);
    }
  }

  readonly #tap: Tap = {
    opened: (socket) => {
      this.#sockets.add(socket);
      this.options.count("connections");
    },
    ended: (socket) => this.#sockets.delete(socket),
    // Without the port.
    refused: (message) => this.options.countRefused(message.replace(/ [\d.]+:\d+$/, "")),
    sent: (socket, text) => {
      const { action, after } = JSON.parse(text);
      if (action !== "recover") return;
      const { app, historySeconds, write } = this.options;
      const keptSince = historyBegins(Date.now(), historySeconds);
      write({ kind: "asked", app, connection: socket.number, after, keptSince });
    },
    received: ({ number: connection }, text) => {
      const { app, write, count } = this.options;
      const { type, id, cursor, recovered, more } = JSON.parse(text);
      if (type === "notification" && recovered === true) {
        count("replayed");
        write({ kind: "replayed", app, connection, id, cursor });
      } else if (type === "recovered") {
        write({ kind: "recovered", app, connection, cursor });
        if (more !== true) this.#caughtUp();
      } else if (type === "refused") write({ kind: "refused", app, connection });
    },
  };

  #caughtUp(): void {
    const { app, write, count } = this.options;
    this.#recoveries++;
    count("recoveries");
    if (!this.#hasJoined) write({ kind: "joined", app });
    this.#hasJoined = true;
  }
}

/** A short text instead of the data, because a record has many. */
export function digest(data: unknown): string {
  return createHash("sha256").update(JSON.stringify(data)).digest("base64url").slice(0, 16);
}
