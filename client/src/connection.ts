import { platform, type SocketClass, type SocketLike } from "./socket";
import type { Timers } from "./timers";

/**
 * `connecting`: a token is asked for, or the first connection opens. `online`: a connection is open. `offline`: the client
 * waits before it tries again. `closed`: it does not try again until you call `reconnect`.
 */
export type ConnectionState = "connecting" | "online" | "offline" | "closed";

/**
 * Why the token is asked for. `first`: for the first connection. `refresh`: for the next connection. `refused`: the last
 * handshake failed. A browser does not say why it failed, so the last token may be bad: give a new token.
 */
export type TokenReason = "first" | "refresh" | "refused";

/** What a token provider gives: `null`, `undefined` and an empty text mean that nobody is signed in. */
export type Token = string | null | undefined;

/** How a client connects. */
export interface ConnectionOptions {
  /** `wss://…/<stage>`, with nothing behind it: the output `websocket_url`, or your own domain. */
  readonly url: string;
  /**
   * Called before each connection. If it gives no token, the client stops, and its state is `closed`. If it throws, the
   * client tries again later.
   */
  readonly token: (why: TokenReason) => Token | Promise<Token>;
  /** The class of sockets. @default the global WebSocket */
  readonly WebSocket?: SocketClass;
  /**
   * How long a connection with this token lives, in milliseconds: the next one opens before. Set it to `tokenLifeMs` if
   * the stack has `end_connections_with_token`. At least ten seconds. @default almost two hours
   */
  readonly connectionLifeMs?: (token: string) => number;
  /**
   * After so long without a frame, the client sends a ping, in milliseconds: 1,000 to 540,000. With less, it notices a dead
   * connection earlier, and each ping costs. @default 300_000
   */
  readonly pingAfterMs?: number;
}

/** One socket, and what is known of it. */
export interface Link {
  readonly socket: SocketLike;
  /** 0 before it is open. */
  openedAt: number;
  heardAt: number;
  isDropped?: boolean;
  /** How many answers about what was missed are missing, and the latest cursor of this link. */
  missing: number;
  latest: string;
  /** The channels that were asked for, each with whether the last frame about it has no answer yet. */
  readonly asked: Map<string, boolean>;
}

/** What happens to the links of a connection. */
export interface LinkListener {
  /** The next link is asked for. */
  opening(): void;
  /** @param lostSince - set if something may be missed since then: no other link was open in between */
  opened(link: Link, lostSince: number | undefined): void;
  received(link: Link, text: unknown): void;
  /** The link was open, and is not any more. */
  dropped(link: Link, code?: number): void;
  changed(state: ConnectionState, why?: string): void;
}

/** A user's connection, for as long as the application wants it: one link after another. */
export interface Connection {
  readonly state: ConnectionState;
  /** The newest open link. */
  readonly activeLink: Link | undefined;
  /** Opens the next link, beside the current one if there is one. */
  connect(): Promise<void>;
  /** Opens the next link, even if an attempt is under way, or if the connection is closed. */
  reconnect(): void;
  /** Asks the server whether the current link is alive. Without an answer, the link is dropped. */
  probe(): void;
  /** The device may have slept, or has another network: finds out at once whether the connection is alive. */
  wake(): void;
  drop(link: Link, code?: number): void;
  close(why: string): void;
}

/** A link without an answer to a ping for this long is dead. The last link also stays open this long beside the next. */
export const PATIENCE_MS = 10_000;
/** Pings are a good part of the bill. */
const PING_AFTER_MS = 300_000;
/** API Gateway closes a connection after ten minutes without a message. */
const MAX_PING_AFTER_MS = 540_000;
const MIN_PING_AFTER_MS = 1_000;
/** API Gateway closes each connection after two hours. The next opens after this, or up to a tenth earlier. */
const REFRESH_MS = 6_600_000;
/** A token provider that needs longer is asked again. */
const TOKEN_MS = 60_000;
/** When a device is back, an answer to a ping that takes longer than this makes the next link open beside the old one. */
const WAKE_MS = 1_000;
/** A connection that has brought something so recently is alive when the page becomes visible. */
const QUIET_MS = 30_000;
const RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;
/** After as many failures as take about five minutes, the server is tried only every few minutes. */
const MANY_FAILURES = 20;
const RARE_RETRY_MS = 300_000;

export function createConnection(options: ConnectionOptions, timers: Timers, listener: LinkListener): Connection {
  const { pingAfterMs = PING_AFTER_MS } = options;
  if (!(pingAfterMs >= MIN_PING_AFTER_MS && pingAfterMs <= MAX_PING_AFTER_MS))
    throw new TypeError(`pingAfterMs must be from ${MIN_PING_AFTER_MS} to ${MAX_PING_AFTER_MS}, got ${pingAfterMs}`);
  const links = new Set<Link>();
  let state: ConnectionState = "closed";
  let activeLink: Link | undefined;
  /** From the request for a token until the link is open. */
  let attempt: { link?: Link } | undefined;
  let failures = 0;
  let why: TokenReason = "first";
  let lostSince: number | undefined;

  async function connect(): Promise<void> {
    if (attempt) return;
    attempt = {};
    const own: { link?: Link } = attempt;
    const fail = () => own === attempt && retry("token");
    timers.clear("connect");
    timers.set("opening", TOKEN_MS, fail);
    if (!activeLink) change("connecting");
    try {
      const token = await options.token(why);
      if (own !== attempt) return;
      if (token) open(own, token);
      else close("no_token");
    } catch {
      fail();
    }
  }

  function open(own: { link?: Link }, token: string): void {
    for (const link of links) if (link !== activeLink) drop(link);
    // What the application says may be wrong: a connection for each moment would be a flood.
    const lifeMs = Math.max(PATIENCE_MS, Math.min(REFRESH_MS, options.connectionLifeMs?.(token) || REFRESH_MS));
    listener.opening();
    const { WebSocket = platform.WebSocket as SocketClass } = options;
    const socket = new WebSocket(`${options.url}?authorization=${encodeURIComponent(token)}&protocol=2`);
    const link: Link = { socket, openedAt: 0, heardAt: 0, missing: 0, latest: "", asked: new Map() };
    own.link = link;
    links.add(link);
    timers.set("opening", 2 * PATIENCE_MS, () => drop(link));
    socket.onopen = () => takeOver(link, lifeMs);
    socket.onmessage = ({ data }: { data: unknown }) => {
      hear(link);
      listener.received(link, data);
    };
    socket.onclose = ({ code }: { code?: number }) => drop(link, code);
    // The package ws says the status of a refused handshake; a browser does not. A new token does not help either.
    socket.onerror = ({ message }: { message?: unknown }) => {
      if (why === "refused" && / 40[13]$/.test(`${message}`)) close(why);
    };
  }

  function takeOver(link: Link, lifeMs: number): void {
    const last = activeLink;
    const since = lostSince;
    attempt = lostSince = undefined;
    why = "refresh";
    activeLink = link;
    link.openedAt = Date.now();
    timers.clear("opening");
    if (last) timers.set("overlap", PATIENCE_MS, () => drop(last));
    timers.set("connect", lifeMs * (1 - Math.random() / 10), connect);
    hear(link);
    change("online");
    if (!link.isDropped) listener.opened(link, since);
  }

  /** Any frame shows that the link is alive. */
  function hear(link: Link): void {
    link.heardAt = Date.now();
    if (link === activeLink) {
      timers.clear("pong", "wake");
      timers.set("idle", pingAfterMs, probe);
    }
  }

  function probe(): void {
    const link = activeLink;
    if (!link || timers.has("pong")) return;
    link.socket.send('{"action":"ping"}');
    timers.set("pong", PATIENCE_MS, () => drop(link));
  }

  function wake(): void {
    if (state === "closed") return;
    const link = activeLink;
    if (link) {
      probe();
      timers.set("wake", WAKE_MS, () => {
        // What was sent to this link may be lost.
        lostSince ??= link.heardAt;
        connect();
      });
    } else if (!attempt || attempt.link) {
      // A token provider that asks the user is not interrupted.
      reconnect();
    }
  }

  /** Forgets a link. Its handlers are taken off first, since `close` may hang for minutes on a dead network. */
  function drop(link: Link, code?: number): void {
    if (!links.delete(link)) return;
    const { socket } = link;
    link.isDropped = true;
    // Not null: the package ws throws an error that nobody listens to.
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = () => {};
    socket.close();
    if (link.openedAt) {
      if (link === activeLink) lose(link);
      listener.dropped(link, code);
    } else if (attempt?.link === link) {
      // A device without a network says nothing about the token.
      if (platform.navigator?.onLine !== false) why = "refused";
      retry("network");
    }
  }

  function lose(link: Link): void {
    // The last link, if it is still open, works until the next one is ready.
    activeLink = [...links].find(({ openedAt }) => openedAt);
    timers.clear("pong", "wake", "overlap", "idle");
    if (link.openedAt + PATIENCE_MS <= Date.now()) failures = 0;
    if (activeLink) timers.set("idle", pingAfterMs, probe);
    else lostSince ??= link.heardAt;
    if (state === "closed") return;
    if (!attempt) retry("network");
    else if (!activeLink) change("connecting");
  }

  function retry(reason: string): void {
    abandon();
    const maxMs = failures < MANY_FAILURES ? MAX_RETRY_MS : RARE_RETRY_MS;
    timers.set("connect", Math.random() * Math.min(maxMs, RETRY_MS * 2 ** failures++), connect);
    if (!activeLink) change("offline", reason);
  }

  function abandon(): void {
    const link = attempt?.link;
    attempt = undefined;
    timers.clear("opening");
    if (link) drop(link);
  }

  function change(next: ConnectionState, reason?: string): void {
    if (next === state) return;
    state = next;
    listener.changed(next, reason);
  }

  function reconnect(): void {
    if (state === "closed") watch("addEventListener");
    failures = 0;
    abandon();
    connect();
  }

  function close(reason: string): void {
    if (state === "closed") return;
    watch("removeEventListener");
    state = "closed";
    abandon();
    for (const link of links) drop(link);
    timers.clearAll();
    why = "first";
    // The application may reconnect in its handler, so everything else is done before.
    listener.changed(state, reason);
  }

  function onEvent({ type }: { readonly type: string }): void {
    // A user who changes tabs again and again does not pay for a ping each time.
    const isQuiet = Date.now() - (activeLink?.heardAt ?? 0) > QUIET_MS;
    if (type !== "visibilitychange" || (isQuiet && platform.document?.visibilityState === "visible")) wake();
  }

  function watch(method: "addEventListener" | "removeEventListener"): void {
    for (const event of ["online", "offline", "pageshow", "visibilitychange"]) platform[method]?.(event, onEvent);
  }

  return {
    get state() {
      return state;
    },
    get activeLink() {
      return activeLink;
    },
    connect,
    reconnect,
    probe,
    wake,
    drop,
    close,
  };
}
