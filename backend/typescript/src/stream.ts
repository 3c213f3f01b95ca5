import { checkDataBytes } from "./check";
import { type Clock, inTime } from "./clock";
import { InvalidInputError, SumuError } from "./errors";
import { failureOf } from "./failure";
import { carefully, type OnError } from "./handle-once";
import { byteLength, jsonText } from "./json-text";
import type { StreamConnection } from "./read-connections";
import { isFirstHalf, type StreamedText, StreamReceiver } from "./stream-receiver";

const MIN_FRAME_MILLISECONDS = 50;
const MAX_FRAME_MILLISECONDS = 100;

/** How long the end waits for clients that have not taken all frames. */
const END_PATIENCE_MILLISECONDS = 1_000;

/** The id of a piece is the stream's id and a number, and an id has 128 characters. */
const STREAM_ID = /^[!-~]{1,100}$/;

const RESERVED = ["stream", "index", "text", "end"];

/** How a text is streamed. */
export interface StreamOptions {
  /** The stream's id, and the id of the whole text: 1 to 100 visible ASCII characters. @default - a new UUID */
  readonly id?: string;
  /** Members that the data of each frame has too, for example `{ type: "answer" }`. @default - none */
  readonly data?: Readonly<Record<string, unknown>>;
  /** How long pieces are joined into a frame, in milliseconds: 50 to 100. @default 50 */
  readonly frameMilliseconds?: number;
  /** `false`: the whole text does not go into history. @default true */
  readonly keep?: boolean;
  /** Called when the connections cannot be read, or may not be posted to. @default - `console.error` */
  readonly onError?: OnError;
}

/** What became of a stream. The queue has the whole text, for every connection of the users. */
export interface StreamResult {
  readonly id: string;
  /** Connections that took every frame. */
  readonly streamed: number;
  /** Connections that closed meanwhile. */
  readonly gone: number;
  /** Connections that get the rest with the whole text only, by the reason: `slow`, or AWS's code. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** What a stream needs of its surroundings. */
export interface StreamPorts {
  readonly clock: Clock;
  /** The users' connections. */
  connections(): Promise<readonly StreamConnection[]>;
  /** Rejects when @connections refuses. */
  post(connectionId: string, frame: string): Promise<unknown>;
  /** Sends the whole text through the queue. */
  notify(data: unknown): Promise<unknown>;
}

/**
 * A text that is produced piece by piece, for example an answer of a language model. Pieces are joined into frames of 50
 * to 100 ms and posted in order, straight to the connections that the users have at the beginning. At the end, the whole
 * text goes through the queue to every connection of the users, and into history.
 */
export class Stream {
  readonly id: string;
  readonly #ports: StreamPorts;
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #frameMilliseconds: number;
  readonly #onError: OnError;
  readonly #receivers: StreamReceiver[] = [];
  readonly #running: Promise<unknown>;
  readonly #source: { -readonly [Name in keyof StreamedText]: StreamedText[Name] } = {
    text: "",
    end: 0,
    isOver: false,
  };
  #bytes: number;
  #isClosed = false;
  #cancelFrame: (() => void) | undefined;

  constructor(options: Required<Omit<StreamOptions, "keep">>, ports: StreamPorts) {
    this.id = options.id;
    this.#ports = ports;
    this.#data = options.data;
    this.#frameMilliseconds = options.frameMilliseconds;
    this.#onError = carefully(options.onError);
    checkStream(options);
    this.#bytes = byteLength(jsonText(this.#whole()));
    checkDataBytes(this.#bytes);
    this.#running = this.#run();
  }

  /**
   * Adds a piece. It does not wait: the piece goes out with the next frame.
   *
   * @throws InvalidInputError when the whole text would be too large for a client's frame
   */
  write(piece: string): void {
    if (typeof piece !== "string") throw new InvalidInputError("piece_invalid", "a piece of a stream is a text");
    if (this.#source.isOver) throw new SumuError("stream_over", `stream ${this.id} is over: begin another`);
    const bytes = this.#bytes + byteLength(jsonText(piece)) - 2;
    checkDataBytes(bytes);
    this.#bytes = bytes;
    this.#source.text += piece;
    if (piece !== "") this.#cancelFrame ??= this.#ports.clock.after(this.#frameMilliseconds, () => this.#endFrame());
  }

  /**
   * Posts the last frame, waits a second at most for clients that are behind, and sends the whole text through the queue.
   *
   * @throws UnsentError when the queue has not taken the whole text
   */
  async end(): Promise<StreamResult> {
    this.cancel();
    await inTime(this.#ports.clock, this.#running, END_PATIENCE_MILLISECONDS);
    this.#isClosed = true;
    for (const receiver of this.#receivers) receiver.stop();
    await this.#ports.notify(this.#whole());
    return this.#result();
  }

  /** Ends the stream without the whole text: clients keep what they have got. */
  cancel(): void {
    if (this.#source.isOver) throw new SumuError("stream_over", `stream ${this.id} is over: begin another`);
    this.#source.isOver = true;
    this.#endFrame();
  }

  /** Writes all pieces, and ends. If the source of the pieces fails, the stream is cancelled and the error thrown. */
  async send(pieces: Iterable<string> | AsyncIterable<string>): Promise<StreamResult> {
    try {
      for await (const piece of pieces) this.write(piece);
    } catch (error) {
      if (!this.#source.isOver) this.cancel();
      throw error;
    }
    return this.end();
  }

  #endFrame(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = undefined;
    const { text, isOver } = this.#source;
    // The second half of the last character may still come.
    this.#source.end = !isOver && isFirstHalf(text, text.length - 1) ? text.length - 1 : text.length;
    for (const receiver of this.#receivers) receiver.wake();
  }

  async #run(): Promise<void> {
    let connections: readonly StreamConnection[];
    try {
      connections = await this.#ports.connections();
    } catch (error) {
      this.#onError(
        new SumuError(
          "connections_unread",
          `stream ${this.id}: the connections could not be read: ${failureOf(error).code}`,
        ),
      );
      return;
    }
    // The whole text is on its way: a piece now would come after it.
    if (this.#isClosed) return;
    const { clock, post } = this.#ports;
    const ports = { clock, source: this.#source, post, frame: this.#frame.bind(this) };
    this.#receivers.push(...connections.map((connection) => new StreamReceiver(connection, ports)));
    await Promise.all(this.#receivers.map((receiver) => receiver.run()));
  }

  #frame({ hasEnvelopes }: StreamConnection, index: number, text: string): string {
    const data = jsonText({ ...this.#data, stream: this.id, index, text });
    return hasEnvelopes ? `{"type":"notification","id":${jsonText(`${this.id}.${index}`)},"data":${data}}` : data;
  }

  #whole(): object {
    return { ...this.#data, stream: this.id, text: this.#source.text, end: true };
  }

  #result(): StreamResult {
    const skipped: Record<string, number> = {};
    const count = { streamed: 0, gone: 0, skipped: 0 };
    for (const { outcome, code } of this.#receivers) {
      count[outcome]++;
      if (outcome === "skipped") skipped[code] = (skipped[code] ?? 0) + 1;
    }
    const refused = Object.keys(skipped).find((code) => /accessdenied|forbidden|notauthorized/i.test(code));
    if (refused !== undefined) {
      this.#onError(
        new SumuError(
          "stream_refused",
          `stream ${this.id}: @connections refused the frames: ${refused}. The role needs the right of sumu.grantStream`,
        ),
      );
    }
    return { id: this.id, streamed: count.streamed, gone: count.gone, skipped };
  }
}

function checkStream({ id, data, frameMilliseconds }: Required<Omit<StreamOptions, "keep">>): void {
  if (typeof id !== "string" || !STREAM_ID.test(id)) {
    throw new InvalidInputError("id_invalid", "id is not 1 to 100 visible ASCII characters");
  }
  if (!(frameMilliseconds >= MIN_FRAME_MILLISECONDS && frameMilliseconds <= MAX_FRAME_MILLISECONDS)) {
    throw new InvalidInputError("frame_invalid", "frameMilliseconds is not 50 to 100");
  }
  const reserved = RESERVED.find((name) => Object.hasOwn(data, name));
  if (reserved !== undefined) {
    throw new InvalidInputError(
      "data_reserved",
      `data has the member ${reserved}, which the stream itself sets: rename it`,
    );
  }
}
