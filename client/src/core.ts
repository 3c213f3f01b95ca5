import {
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  createConnection,
  type Link,
} from "./connection";
import { channelEvent, createEvents, type Events } from "./events";
import { asText, type Frame } from "./frame";
import { createRequests, type Requests, type WaitingOptions } from "./requests";
import { createSeen, type Seen } from "./seen";
import { createTimers, type Timers } from "./timers";

/** How a client connects, and how many messages wait. */
export interface CoreOptions extends ConnectionOptions, WaitingOptions {}

/** A notification of the backend's, or what a user has posted to a channel. */
export interface Message<Data = unknown> {
  /** What the backend has sent. */
  readonly data: Data;
  /** The same each time that this notification is delivered. An earlier SUMU gives none. */
  readonly id?: string;
  /** Only for a message of a channel. */
  readonly channel?: string;
  /** The user who has posted it. SUMU sets it, so a client cannot choose it. */
  readonly from?: string;
  /** It was sent while this client was away. */
  readonly recovered: boolean;
}

/** Something may be missed: load it from your backend. */
export interface Gap {
  /** Only if messages of this channel may be missed. */
  readonly channel?: string;
  /** Since when, in epoch milliseconds. */
  readonly since: number;
}

/** The events, each with what its handler gets. */
export interface SumuEvents<Data = unknown> {
  /** The state has changed. `why` is a code: `network`, `token`, `refused`, `no_token`, `closed`, or the backend's reason. */
  state: [state: ConnectionState, why?: string];
  /** A notification, or a message of a channel: each once. */
  message: [message: Message<Data>];
  /** Something may be missed: no history is kept, or the client was away for longer than that. */
  gap: [gap: Gap];
  /** The backend has closed the user's connections. If `reconnect` is false, the client is closed. */
  disconnected: [why: { readonly reason: string; readonly reconnect: boolean }];
  /** A channel was refused. `reason` is a code, for example `not_allowed`. */
  refused: [channel: { readonly channel: string; readonly reason: string }];
}

/** What a feature gets from the core. */
export interface Host {
  readonly events: Events;
  readonly requests: Requests;
  readonly seen: Seen;
  readonly timers: Timers;
  readonly activeLink: () => Link | undefined;
}

/** What a bundler can leave out of the client. */
export interface Feature {
  /** The first token is asked for after this. */
  readonly ready: Promise<void>;
  /** It finds out what was missed since the last link. */
  opened(link: Link, lostSince: number | undefined): void;
  /** The application has the notification of this frame. */
  delivered(link: Link, frame: Frame): void;
  closed(): Promise<void>;
}

/** A notification has at most 128 KB, an envelope a few hundred bytes. */
const MAX_FRAME_LENGTH = 256 * 1_024;

/** The client without recovery and channels. */
export class SumuCore<Data = unknown, Sent = unknown> {
  /**
   * Calls the handler each time that the event happens.
   *
   * @returns a function that takes the handler off
   */
  declare readonly on: <Name extends keyof SumuEvents>(
    name: Name,
    handler: (...values: SumuEvents<Data>[Name]) => void,
  ) => () => void;

  /**
   * Sends to the messages queue. While the client is offline, the message waits. If the connection breaks before the
   * answer comes, the message is sent again: your backend may get it twice.
   *
   * @throws SumuError when AWS does not have the message
   */
  declare readonly send: (message: Sent) => Promise<void>;

  /** As {@link send}, to the messages topic. */
  declare readonly publish: (message: Sent) => Promise<void>;

  /** Connects at once, with a new token: after a sign-in, or when the user's rights have changed. */
  declare readonly reconnect: () => void;

  /** Finds out at once whether the connection is alive: for platforms without the events of a browser. */
  declare readonly wake: () => void;

  /** Closes the connection. Messages that wait are rejected with the code `closed`. */
  declare readonly close: () => Promise<void>;

  readonly #connection: Connection;

  /** @throws TypeError if the url is not of a WebSocket, or `pingAfterMs` is not in its range */
  constructor(options: CoreOptions, createFeature?: (host: Host) => Feature) {
    if (!/^wss?:/.test(options.url)) throw new TypeError(`url must begin with wss://, got ${options.url}`);
    const timers = createTimers();
    const seen = createSeen();
    const events = createEvents();
    /** A frame of protocol 2 has come. */
    let isEnveloped = false;
    /** How often each link has brought each text, while there are two links. */
    let texts = new Map<Link, Map<string, number>>();

    const connection = createConnection(
      {
        ...options,
        async token(why) {
          await feature?.ready;
          return options.token(why);
        },
      },
      timers,
      {
        opening() {
          texts = new Map();
        },
        opened(link, lostSince) {
          if (feature) feature.opened(link, lostSince);
          else if (lostSince) events.emit("gap", { since: lostSince });
          requests.pump();
        },
        received,
        dropped: (link, code) => requests.dropped(link, code),
        changed(state, why) {
          if (state === "closed") {
            requests.clear();
            feature?.closed();
          }
          events.emit("state", state, why);
        },
      },
    );
    const requests = createRequests(connection, timers, options);
    const feature = createFeature?.({ events, requests, seen, timers, activeLink: () => connection.activeLink });
    const sender = (action: "send" | "publish") => async (message: Sent) =>
      void (await requests.ask({ action, message }));

    this.#connection = connection;
    this.on = events.on as typeof this.on;
    this.send = sender("send");
    this.publish = sender("publish");
    this.reconnect = connection.reconnect;
    this.wake = connection.wake;
    this.close = async () => {
      connection.close("closed");
      return feature?.closed();
    };
    connection.reconnect();

    /** Whatever a server sends: nothing of it throws. */
    function received(link: Link, text: unknown): void {
      if (typeof text !== "string" || text.length > MAX_FRAME_LENGTH) return;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return;
      }
      const frame = (value ?? {}) as Frame;
      const { type, id, data, reason, reconnect } = frame;
      const channel = asText(frame.channel);
      if (type === "notification" && typeof id === "string" && data !== undefined) {
        isEnveloped = true;
        // First, because the application may close the client in its handler: the store then knows the notification.
        const isNew = seen.add(`${channel ?? ""} ${id}`);
        feature?.delivered(link, frame);
        // A connection gets a notification once for each of its channels.
        if (isNew) {
          const message = { data, id, channel, from: asText(frame.from), recovered: frame.recovered === true };
          events.emit("message", message);
          if (channel) events.emit(channelEvent(channel), message);
        }
      } else if (type === "disconnect" && asText(reason)) {
        // First, because the application may reconnect in its handler.
        if (reconnect === false) connection.close(reason as string);
        events.emit("disconnected", { reason, reconnect: reconnect !== false });
      } else if ((type === "error" || type === "refused") && reason === "connection_ended") connection.drop(link);
      else if (!requests.received(link, frame) && type !== "pong" && !isEnveloped && isNews(link, text)) {
        events.emit("message", { data: value, recovered: false });
      }
    }

    /**
     * Without an id, notifications are counted by their text. If several have the same text, the application gets as
     * many as the link with the higher count has brought.
     */
    function isNews(link: Link, text: string): boolean {
      if (!timers.has("opening") && !timers.has("overlap")) return true;
      const own = texts.get(link) ?? new Map<string, number>();
      const count = (own.get(text) ?? 0) + 1;
      texts.set(link, own.set(text, count));
      return [...texts.values()].every((counts) => counts === own || (counts.get(text) ?? 0) < count);
    }
  }

  /** What the client does at this moment. */
  get state(): ConnectionState {
    return this.#connection.state;
  }
}
