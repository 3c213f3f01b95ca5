import { createHash } from "node:crypto";
import { until } from "../e2e/until";
import { FaultySocket } from "./faulty-socket";
import type { ClientFault } from "./plan-steps";
import type { CreateSoakClient, SoakClient } from "./soak-client";
import { type Line, Wire, type WireOptions } from "./wire";

export interface DeviceOptions extends WireOptions {
  readonly user: string;
  readonly url: string;
  readonly token: (user: string) => Promise<string>;
  readonly createClient: CreateSoakClient;
  /** The channels that the application wants at first. */
  readonly channels: readonly string[];
  /** The cursor that the application has from an earlier time. @default none */
  readonly cursor?: string | undefined;
}

/** A device of a user with one application on it. The application keeps what it knows while the device is away. */
export class Device {
  #memory: string | undefined;
  #client: SoakClient | undefined;
  readonly #wire: Wire;
  readonly #wanted = new Set<string>();
  #returning: NodeJS.Timeout | undefined;

  constructor(private readonly options: DeviceOptions) {
    this.#wire = new Wire(options);
    for (const channel of options.channels) this.subscribe(channel);
    if (options.cursor !== undefined) this.#memory = JSON.stringify({ cursor: options.cursor, ids: [] });
  }

  get app(): string {
    return this.options.app;
  }

  get user(): string {
    return this.options.user;
  }

  get isOpen(): boolean {
    return this.#wire.lines.size > 0;
  }

  /** How many recoveries were complete so far. */
  get recoveries(): number {
    return this.#wire.recoveries;
  }

  /** The channels that the application wants. */
  get wanted(): ReadonlySet<string> {
    return this.#wanted;
  }

  /** The ids of its connections, as far as they were asked for. */
  get connectionIds(): ReadonlySet<string> {
    return this.#wire.connectionIds;
  }

  /** Whether a connection has the answers about all channels that the application wants. */
  get isInItsChannels(): boolean {
    const lines = [...this.#wire.lines.values()];
    return lines.some(({ channels, refused }) =>
      [...this.#wanted].every((channel) => channels.has(channel) || refused.has(channel)),
    );
  }

  open(): void {
    const { app, user, url, token, createClient, write } = this.options;
    clearTimeout(this.#returning);
    if (this.#client !== undefined) return;
    const client = createClient({
      url,
      token: () => token(user),
      openSocket: (address) => new FaultySocket(address, this.#wire),
      memory: {
        load: () => this.#memory,
        save: (text) => {
          this.#memory = text;
        },
      },
      onMessage: ({ id, data, channel, from }) => write({ kind: "given", app, id, data: digest(data), channel, from }),
      onGap: (channel) => write({ kind: "gap", app, channel }),
    });
    this.#client = client;
    for (const channel of this.#wanted) client.subscribe(channel);
  }

  async close(): Promise<void> {
    clearTimeout(this.#returning);
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  subscribe(channel: string): void {
    if (this.#wanted.has(channel)) return;
    this.#wanted.add(channel);
    this.options.write({ kind: "wanted", app: this.app, channel });
    this.#client?.subscribe(channel);
  }

  unsubscribe(channel: string): void {
    if (!this.#wanted.delete(channel)) return;
    this.options.write({ kind: "unwanted", app: this.app, channel });
    this.#client?.unsubscribe(channel);
  }

  /** Does nothing if the application is closed. */
  post(channel: string, data: unknown): void {
    if (this.#client === undefined) return;
    const { app, write } = this.options;
    const text = digest(data);
    write({ kind: "posting", app, channel, data: text });
    this.#client.post(channel, data).then(
      (id) => write({ kind: "posted", app, channel, data: text, id }),
      ({ code }: { code?: string }) => write({ kind: "unposted", app, channel, reason: String(code) }),
    );
  }

  suffer(fault: ClientFault, milliseconds: number): void {
    if (fault === "leave" || fault === "reload") {
      void this.close();
      this.#returning = setTimeout(() => this.open(), fault === "reload" ? 0 : milliseconds);
      return;
    }
    for (const { socket } of this.#wire.lines.values()) {
      if (fault === "cut") socket.cut();
      else socket[fault](milliseconds);
    }
  }

  /** Asks the gateway for the ids of the open connections. */
  async lines(): Promise<readonly Line[]> {
    const lines = [...this.#wire.lines.values()];
    for (const { socket, connectionId } of lines) if (connectionId === undefined) socket.send('{"action":"ping"}');
    const isKnown = ({ connectionId, socket }: Line) =>
      connectionId !== undefined || !this.#wire.lines.has(socket.number);
    await until("the ids of the connections", () => lines.every(isKnown));
    return [...this.#wire.lines.values()].filter(({ connectionId }) => connectionId !== undefined);
  }
}

/** A short text instead of the data, because a record has many. */
export function digest(data: unknown): string {
  return createHash("sha256").update(JSON.stringify(data)).digest("base64url").slice(0, 16);
}
