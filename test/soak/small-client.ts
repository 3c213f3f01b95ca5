import type { FaultySocket } from "./faulty-socket";
import { SmallChannels } from "./small-channels";
import { ANSWER_PATIENCE_MS, ASK_AGAIN_MS, type Frame } from "./small-frame";
import { SmallPosts } from "./small-posts";
import type { CreateSoakClient, SoakClient, SoakClientOptions } from "./soak-client";

const PING_MS = 15_000;
const PONG_PATIENCE_MS = 20_000;
const RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;
/** More than a run sends. */
const MOST_IDS = 20_000;

/** The smallest client that keeps the guarantee: ids, a cursor that waits for the recovery, and a ping. */
export const createSmallClient: CreateSoakClient = (options) => new SmallClient(options);

/** What it knows while it is closed. */
interface Kept {
  readonly cursor: string;
  readonly ids: readonly string[];
  readonly channels: readonly string[];
}

class SmallClient implements SoakClient {
  #socket: FaultySocket | undefined;
  #isClosed = false;
  #failures = 0;
  #cursor: string;
  readonly #channels: SmallChannels;
  readonly #posts = new SmallPosts();
  readonly #ids: Set<string>;
  /** The newest cursor of this connection. It becomes the client's when the recovery is complete. */
  #newest = "";
  #isRecovered = false;
  #asks = 0;
  #ask: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(private readonly options: SoakClientOptions) {
    const { cursor = "", ids = [], channels = [] } = JSON.parse(options.memory.load() ?? "{}") as Partial<Kept>;
    this.#cursor = cursor;
    this.#ids = new Set(ids);
    this.#channels = new SmallChannels(channels, { cursor: () => this.#cursor, onGap: options.onGap });
    void this.#connect();
  }

  subscribe(channel: string): void {
    this.#channels.want(channel);
  }

  unsubscribe(channel: string): void {
    this.#channels.leave(channel);
  }

  post(channel: string, data: unknown): Promise<string> {
    return this.#posts.post(channel, data);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
    this.#posts.close();
    const kept: Kept = { cursor: this.#cursor, ids: [...this.#ids], channels: this.#channels.joined };
    this.options.memory.save(JSON.stringify(kept));
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
      const send = (frame: object) => socket.send(JSON.stringify(frame));
      this.#channels.opened(send);
      this.#posts.opened(send);
      this.#expectFrame();
    };
    socket.onmessage = ({ data }) => {
      this.#expectFrame();
      this.#receive(JSON.parse(data) as Frame);
    };
    socket.onclose = () => {
      clearTimeout(this.#ask);
      clearTimeout(this.#ping);
      this.#channels.lost();
      this.#posts.lost();
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
    const cursor = this.#channels.answered(frame);
    if (cursor !== undefined) this.#advance(cursor);
    else if (this.#posts.answered(frame)) return;
    else if (type === "notification") this.#give(frame);
    else if (type === "recovered") this.#recovered(frame);
    else if (reason === "connection_ended" || type === "disconnect") this.#socket?.close();
    else if ((type === "refused" || type === "error") && action === "recover") this.#askAgain(ASK_AGAIN_MS);
    // API Gateway's own error frame.
    else if (type === undefined && !this.#isRecovered) this.#askAgain(ASK_AGAIN_MS);
  }

  #give({ id = "", data, cursor = "", recovered = false, channel, from }: Frame): void {
    // A connection gets a notification once for each of its channels.
    const key = `${channel ?? ""} ${id}`;
    if (!this.#ids.has(key)) {
      this.#ids.add(key);
      if (this.#ids.size > MOST_IDS) throw new Error("a run sends more notifications than a client remembers");
      this.options.onMessage({ id, data, channel, from });
    }
    if (recovered) {
      if (channel !== undefined) this.#channels.replayed();
      else if (!this.#isRecovered) this.#askAgain(ANSWER_PATIENCE_MS);
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
    const isComplete = this.#isRecovered && !this.#channels.isMissing;
    if (isComplete && this.#newest > this.#cursor) this.#cursor = this.#newest;
  }
}
