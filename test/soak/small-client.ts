import type { FaultySocket } from "./faulty-socket";
import type { CreateSoakClient, SoakClientOptions } from "./soak-client";

/** Frames that the client reads. */
interface Frame {
  readonly type?: string;
  readonly id?: string;
  readonly data?: unknown;
  readonly cursor?: string;
  readonly recovered?: boolean;
  readonly more?: boolean;
  readonly gap?: boolean;
  readonly action?: string;
  readonly reason?: string;
}

const PING_MS = 15_000;
const PONG_PATIENCE_MS = 20_000;
const ANSWER_PATIENCE_MS = 30_000;
const ASK_AGAIN_MS = 3_000;
const RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;
/** More than a run sends. */
const MOST_IDS = 20_000;

/** The smallest client that keeps the guarantee: ids, a cursor that waits for the recovery, and a ping. */
export const createSmallClient: CreateSoakClient = (options) => new SmallClient(options);

class SmallClient {
  #socket: FaultySocket | undefined;
  #isClosed = false;
  #failures = 0;
  #cursor: string;
  readonly #ids: Set<string>;
  /** The newest cursor of this connection. It becomes the client's when the recovery is complete. */
  #newest = "";
  #isRecovered = false;
  #asks = 0;
  #ask: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(private readonly options: SoakClientOptions) {
    const { cursor = "", ids = [] } = JSON.parse(options.memory.load() ?? "{}") as { cursor?: string; ids?: string[] };
    this.#cursor = cursor;
    this.#ids = new Set(ids);
    void this.#connect();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
    this.options.memory.save(JSON.stringify({ cursor: this.#cursor, ids: [...this.#ids] }));
  }

  async #connect(): Promise<void> {
    const { url, token, openSocket } = this.options;
    const authorization = encodeURIComponent(await token());
    if (this.#isClosed) return;
    const socket = openSocket(`${url}?authorization=${authorization}&protocol=2`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#isRecovered = false;
      this.#newest = "";
      this.#recover(this.#cursor || undefined);
      this.#expectFrame();
    };
    socket.onmessage = ({ data }) => {
      this.#expectFrame();
      this.#receive(JSON.parse(data) as Frame);
    };
    socket.onclose = () => {
      clearTimeout(this.#ask);
      clearTimeout(this.#ping);
      if (this.#isClosed) return;
      const ceiling = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** this.#failures++);
      this.#retry = setTimeout(() => void this.#connect(), Math.random() * ceiling);
    };
  }

  /** A connection that brings nothing, not even an answer to a ping, is lost. */
  #expectFrame(): void {
    clearTimeout(this.#ping);
    this.#ping = setTimeout(() => {
      this.#socket?.send('{"action":"ping"}');
      this.#ping = setTimeout(() => this.#socket?.cut(), PONG_PATIENCE_MS);
    }, PING_MS);
  }

  #recover(after: string | undefined, more?: true): void {
    this.#socket?.send(JSON.stringify({ action: "recover", id: String(++this.#asks), after, more }));
    this.#askAgain(ANSWER_PATIENCE_MS);
  }

  /** From the client's cursor: what has come so far is known by its ids. */
  #askAgain(milliseconds: number): void {
    clearTimeout(this.#ask);
    this.#ask = setTimeout(() => this.#recover(this.#cursor || undefined), milliseconds);
  }

  #receive(frame: Frame): void {
    const { type, action, reason } = frame;
    if (type === "notification") this.#give(frame);
    else if (type === "recovered") this.#recovered(frame);
    else if (reason === "connection_ended" || type === "disconnect") this.#socket?.close();
    else if (type === "refused" || (type === "error" && action === "recover")) this.#askAgain(ASK_AGAIN_MS);
    // API Gateway's own error frame.
    else if (type === undefined && !this.#isRecovered) this.#askAgain(ASK_AGAIN_MS);
  }

  #give({ id = "", data, cursor = "", recovered = false }: Frame): void {
    if (!this.#ids.has(id)) {
      this.#ids.add(id);
      if (this.#ids.size > MOST_IDS) throw new Error("a run sends more notifications than a client remembers");
      this.options.onMessage({ id, data });
    }
    if (recovered) {
      if (!this.#isRecovered) this.#askAgain(ANSWER_PATIENCE_MS);
    } else this.#advance(cursor);
  }

  #recovered({ cursor = "", more = false, gap = false }: Frame): void {
    if (gap) this.options.onGap();
    if (more) {
      this.#recover(cursor, true);
      return;
    }
    clearTimeout(this.#ask);
    this.#isRecovered = true;
    this.#advance(cursor);
  }

  #advance(cursor: string): void {
    if (cursor > this.#newest) this.#newest = cursor;
    if (this.#isRecovered && this.#newest > this.#cursor) this.#cursor = this.#newest;
  }
}
