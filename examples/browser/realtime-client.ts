import { Overlap } from "./overlap";

export interface RealtimeOptions {
  /** `wss://…/<stage>`, without a token. */
  readonly url: string;
  /** Called before every connection. The identity provider's SDK keeps a fresh token. */
  readonly token: () => Promise<string>;
  readonly onNotification: (data: unknown) => void;
  readonly onState?: (state: "online" | "offline") => void;
  /** API Gateway ends a connection that is silent for ten minutes. @default 300_000 */
  readonly keepaliveMs?: number;
  /** It ends every connection after two hours. The next opens after this, or up to a tenth sooner. @default 6_600_000 */
  readonly refreshMs?: number;
}

/** A connection without an answer for this long is dead. The old one also stays open this long beside the new one. */
const PATIENCE_MS = 10_000;

type Request = { readonly frame: string; readonly resolve: () => void; readonly reject: (error: Error) => void };
type Link = { readonly socket: WebSocket; openedAt: number };
type Timer = "answer" | "connect" | "idle" | "opening" | "overlap";

/** A user's connection to SUMU for as long as the page lives. Before the two hours are over, it opens the next connection and
 * then closes the old one. SUMU stores no messages, so the client misses them while offline: ask your backend at each "online". */
export class RealtimeClient {
  readonly #options;
  readonly #queue: Request[] = [];
  readonly #links = new Set<Link>();
  readonly #overlap = new Overlap();
  readonly #timers: Partial<Record<Timer, ReturnType<typeof setTimeout>>> = {};
  #current: Link | undefined;
  #isConnecting = false;
  #isClosed = false;
  #failures = 0;
  /** The one request in flight. An ack does not say which frame it belongs to, so there is never a second request. */
  #waiting: { readonly request: Request; readonly link: Link } | undefined;

  constructor(options: RealtimeOptions) {
    this.#options = { keepaliveMs: 300_000, refreshMs: 6_600_000, ...options };
    void this.#connect();
  }

  /** Resolves when AWS has the message; waits while offline. After a break it sends again, so AWS may get it twice. */
  async send(message: unknown, action: "send" | "publish" = "send"): Promise<void> {
    const frame = JSON.stringify({ action, message });
    if (this.#isClosed) throw new Error("the client is closed");
    if (this.#queue.length >= 1_000) throw new Error("1,000 messages are waiting already");
    // API Gateway ends a connection over a larger frame, and a browser cannot split a message into frames.
    if (new Blob([frame]).size > 32 * 1_024) throw new Error("the message is larger than 32 KB");
    await this.#request(frame);
  }

  close(): void {
    this.#isClosed = true;
    for (const link of [...this.#links]) this.#drop(link);
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    for (const { reject } of this.#queue.splice(0)) reject(new Error("the client is closed"));
  }

  #request(frame: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ frame, resolve, reject });
      this.#pump();
    });
  }

  #pump(): void {
    const link = this.#current;
    if (link === undefined || this.#waiting !== undefined || this.#isClosed) return;
    this.#after("idle", this.#options.keepaliveMs, () => this.#request('{"action":"ping"}').catch(() => {}));
    const request = this.#queue.shift();
    if (request === undefined) return;
    this.#waiting = { request, link };
    this.#after("answer", PATIENCE_MS, () => this.#drop(link));
    link.socket.send(request.frame);
  }

  async #connect(): Promise<void> {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    const token = await this.#options.token().catch(() => undefined);
    if (token === undefined || this.#isClosed) return this.#connectLater();
    if (this.#links.size < 2) this.#overlap.begin();
    for (const link of [...this.#links]) if (link !== this.#current) this.#drop(link);
    const socket = new WebSocket(`${this.#options.url}?authorization=${encodeURIComponent(token)}`);
    const link: Link = { socket, openedAt: 0 };
    this.#links.add(link);
    this.#after("opening", 2 * PATIENCE_MS, () => link.openedAt === 0 && this.#drop(link));
    socket.onopen = () => this.#takeOver(link);
    socket.onmessage = ({ data }) => this.#hear(link, String(data));
    socket.onclose = () => this.#drop(link);
  }

  #takeOver(link: Link): void {
    this.#isConnecting = false;
    const last = this.#current;
    this.#current = link;
    link.openedAt = Date.now();
    if (last === undefined) this.#options.onState?.("online");
    else this.#after("overlap", PATIENCE_MS, () => this.#drop(last));
    this.#after("connect", this.#options.refreshMs * (1 - Math.random() / 10), () => this.#connect());
    this.#pump();
  }

  #hear(link: Link, text: string): void {
    const data = JSON.parse(text);
    // SUMU's own answers have a type, API Gateway's errors a requestId: do not use these types in `data`.
    const isAnswer = ["pong", "ack", "error"].includes(data?.type) || (data?.requestId && data.type === undefined);
    if (this.#waiting?.link === link && isAnswer) {
      if (data.type === "ack" || data.type === "pong") this.#waiting.request.resolve();
      else this.#waiting.request.reject(new Error(data.message));
      this.#waiting = undefined;
      clearTimeout(this.#timers.answer);
    } else if (this.#links.size === 1 || this.#overlap.isNews(link, text)) this.#options.onNotification(data);
    this.#pump();
  }

  #drop(link: Link): void {
    if (!this.#links.delete(link)) return;
    link.socket.onopen = link.socket.onmessage = link.socket.onclose = null;
    link.socket.close();
    if (this.#waiting?.link === link) {
      this.#queue.unshift(this.#waiting.request);
      this.#waiting = undefined;
      clearTimeout(this.#timers.answer);
    }
    if (link === this.#current) {
      // The old connection, if it is still open, works until the next one is ready.
      this.#current = [...this.#links].find(({ openedAt }) => openedAt > 0);
      clearTimeout(this.#timers[this.#current === undefined ? "idle" : "overlap"]);
      if (Date.now() - link.openedAt >= PATIENCE_MS) this.#failures = 0;
      if (this.#current === undefined) this.#options.onState?.("offline");
      if (!this.#isConnecting) this.#connectLater();
    } else if (link.openedAt === 0) this.#connectLater();
    this.#pump();
  }

  #connectLater(): void {
    this.#isConnecting = false;
    const ceilingMs = Math.min(30_000, 500 * 2 ** this.#failures++);
    if (!this.#isClosed) this.#after("connect", Math.random() * ceilingMs, () => this.#connect());
  }

  #after(name: Timer, ms: number, action: () => unknown): void {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(action, ms);
  }
}
