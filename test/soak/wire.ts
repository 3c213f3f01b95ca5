import { historyBegins } from "../../src/contract/history";
import type { FaultySocket, Tap } from "./faulty-socket";
import type { SoakEvent } from "./record";
import type { AskedEvent } from "./record-recoveries";

export interface WireOptions {
  readonly app: string;
  readonly historySeconds: number;
  readonly write: (event: SoakEvent) => void;
  readonly count: (what: "connections" | "recoveries" | "replayed") => void;
  /** A handshake failed. */
  readonly countRefused: (why: string) => void;
}

/** What a client has been told about an open connection. */
export interface Line {
  readonly socket: FaultySocket;
  /** API Gateway's id. Known when the client has sent a ping. */
  connectionId: string | undefined;
  /** The channels that the connection is in. */
  readonly channels: Set<string>;
  /** The channels that the client asked for, and did not ask to leave after that. */
  readonly asked: Set<string>;
  /** The channels that were refused. */
  readonly refused: Set<string>;
}

/** What is read of the frames that a client gets. */
interface ServerFrame {
  readonly type?: string;
  readonly id?: string;
  readonly action?: string;
  readonly channel?: string;
  readonly cursor?: string;
  readonly recovered?: boolean;
  readonly more?: boolean;
  readonly channels?: readonly string[];
  readonly refused?: readonly { readonly channel: string; readonly reason: string }[];
  readonly connectionId?: string;
}

/** Writes into the record what a device's connections carry. */
export class Wire implements Tap {
  /** The open connections. */
  readonly lines = new Map<number, Line>();
  /** API Gateway's ids of its connections, those that are over included. */
  readonly connectionIds = new Set<string>();
  /** The recoveries that were complete. */
  recoveries = 0;
  /** By frame: the channels in which it asks for what was missed. */
  readonly #questions = new Map<string, readonly string[]>();
  #hasJoined = false;

  constructor(private readonly options: WireOptions) {}

  opened(socket: FaultySocket): void {
    const sets = { channels: new Set<string>(), asked: new Set<string>(), refused: new Set<string>() };
    this.lines.set(socket.number, { socket, connectionId: undefined, ...sets });
    this.options.count("connections");
  }

  ended({ number: connection }: FaultySocket): void {
    this.lines.delete(connection);
    this.options.write({ kind: "ended", app: this.options.app, connection });
  }

  refused(message: string): void {
    // Without the port.
    this.options.countRefused(message.replace(/ [\d.]+:\d+$/, ""));
  }

  sent({ number: connection }: FaultySocket, text: string): void {
    const { app, write } = this.options;
    const { action, id: frame, after, more: isContinued = false, channels = [] } = JSON.parse(text);
    const line = this.lines.get(connection);
    if (action === "recover") this.#asked(connection, undefined, { after, isContinued });
    if (action !== "subscribe" && action !== "unsubscribe") return;
    if (action === "subscribe") {
      const places = after === undefined ? [] : channels;
      this.#questions.set(`${connection} ${frame}`, places);
      for (const channel of places) this.#asked(connection, channel, { after, isContinued });
      for (const channel of channels) line?.asked.add(channel);
      write({ kind: "subscribing", app, connection, frame, channels });
      return;
    }
    for (const channel of channels) for (const set of [line?.asked, line?.channels]) set?.delete(channel);
    write({ kind: "unsubscribing", app, connection, frame, channels });
  }

  received({ number: connection }: FaultySocket, text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    const { app, write } = this.options;
    const { type, id = "", action, channel, cursor = "", recovered, channels = [] } = frame;
    if (type === "notification" && recovered === true) {
      this.options.count("replayed");
      write({ kind: "replayed", app, connection, channel, id, cursor });
    } else if (type === "recovered") {
      write({ kind: "recovered", app, connection, cursor, isMore: frame.more === true });
      if (frame.more !== true) this.#caughtUp();
    } else if (type === "subscribed") this.#subscribed(connection, frame);
    else if (type === "unsubscribed") write({ kind: "unsubscribed", app, connection, frame: id, channels });
    else if (type === "refused" && action === "recover") write({ kind: "refused", app, connection });
    else if (type === "refused") {
      for (const each of this.#places(connection, id)) write({ kind: "refused", app, connection, channel: each });
    } else if (type === "pong") this.#named(connection, frame.connectionId);
  }

  #subscribed(
    connection: number,
    { id: frame = "", cursor = "", more, channels = [], refused = [] }: ServerFrame,
  ): void {
    const { app, write } = this.options;
    for (const channel of this.#places(connection, frame)) {
      write({ kind: "recovered", app, connection, channel, cursor, isMore: more === true });
    }
    if (more === true) return;
    const line = this.lines.get(connection);
    for (const channel of channels) if (line?.asked.has(channel)) line.channels.add(channel);
    for (const { channel } of refused) line?.refused.add(channel);
    const shutOut = refused.filter(({ reason }) => reason === "not_allowed").map(({ channel }) => channel);
    write({ kind: "subscribed", app, connection, frame, channels, refused: shutOut });
  }

  #named(connection: number, connectionId = ""): void {
    this.connectionIds.add(connectionId);
    const line = this.lines.get(connection);
    if (line !== undefined) line.connectionId = connectionId;
  }

  /** The channels in which the frame asks for what was missed. */
  #places(connection: number, frame: string): readonly string[] {
    return this.#questions.get(`${connection} ${frame}`) ?? [];
  }

  #asked(connection: number, channel: string | undefined, place: Pick<AskedEvent, "after" | "isContinued">): void {
    const { app, historySeconds, write } = this.options;
    const keptSince = historyBegins(Date.now(), historySeconds);
    write({ kind: "asked", app, connection, channel, ...place, keptSince });
  }

  #caughtUp(): void {
    const { app, write, count } = this.options;
    this.recoveries++;
    count("recoveries");
    if (!this.#hasJoined) write({ kind: "joined", app });
    this.#hasJoined = true;
  }
}
