import { HttpHead, HttpProtocolError } from "./http-head";

/** A complete answer. */
export interface HttpResponse {
  readonly status: number;
  /** A header by its lower-case name. The values of a repeated header are joined by a comma. */
  header(name: string): string | undefined;
  readonly body: Buffer;
  /** Whether the server lets the connection carry another request. */
  readonly keepAlive: boolean;
}

/** Larger than any head that AWS sends. */
const MAX_HEAD_BYTES = 64 * 1024;
/** A page of DynamoDB is 1 MB of items, a few MB as JSON. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);
const HEAD_END = "\r\n\r\n";

type State = "head" | "length" | "chunk-size" | "chunk-data" | "chunk-end" | "trailers" | "until-close" | "done";

/**
 * Reads one answer from a connection's bytes, in pieces of any size. It skips interim answers (1xx). A body ends by
 * `content-length`, by its last chunk, or with the connection.
 */
export class HttpResponseParser {
  #state: State = "head";
  /** Bytes that are not parsed yet: an unfinished head or line. */
  #pending: Buffer = EMPTY;
  #head: HttpHead | undefined;
  /** The body, if its length is known beforehand. */
  #whole: Buffer = EMPTY;
  /** The body's parts, if its length is not known. */
  #parts: Buffer[] | undefined;
  #bodyBytes = 0;
  /** Bytes missing from the body (`length`) or from the chunk (`chunk-data`). */
  #missing = 0;

  /** Whether any byte of an answer has come. */
  started = false;

  /**
   * Takes the next bytes, and returns the answer once it is complete. It copies the bytes that it keeps, so their
   * memory may be used again.
   *
   * @throws {@link HttpProtocolError} The connection cannot be used any more.
   */
  push(chunk: Buffer): HttpResponse | undefined {
    this.started = true;
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = EMPTY;
    while (this.#state !== "done") {
      const before = this.#state;
      const rest = this.#step(bytes);
      if (rest === undefined) {
        this.#pending = Buffer.from(bytes);
        return undefined;
      }
      bytes = rest;
      if (bytes.length === 0 && this.#state === before) return undefined;
    }
    // These bytes came after the answer. It is unknown which request they belong to.
    return this.#response(bytes.length > 0);
  }

  /**
   * The connection has ended. Returns the answer if the end completes it.
   *
   * @throws {@link HttpProtocolError} The answer is incomplete.
   */
  end(): HttpResponse | undefined {
    if (this.#state === "until-close") return this.#response(false);
    if (this.started) throw new HttpProtocolError("the answer was cut short");
    return undefined;
  }

  /** The remaining bytes after the step, or undefined if the step needs more bytes. */
  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#state) {
      case "head":
        return this.#readHead(bytes);
      case "length":
      case "chunk-data":
        return this.#readBody(bytes);
      case "until-close":
        this.#keep(bytes);
        return EMPTY;
      default:
        return this.#readLine(bytes);
    }
  }

  #readHead(bytes: Buffer): Buffer | undefined {
    const text = bytes.toString("latin1", 0, MAX_HEAD_BYTES + HEAD_END.length);
    const end = text.indexOf(HEAD_END);
    if (end < 0) {
      if (bytes.length <= MAX_HEAD_BYTES) return undefined;
      throw new HttpProtocolError(`the answer's head is over ${MAX_HEAD_BYTES} bytes`);
    }
    const head = new HttpHead(text.slice(0, end));
    if (head.status === 101) throw new HttpProtocolError("the server switched protocols, which nobody asked for");
    if (head.status >= 200) this.#startBody(head);
    const rest = end + HEAD_END.length;
    return rest === bytes.length ? EMPTY : bytes.subarray(rest);
  }

  #startBody(head: HttpHead): void {
    this.#head = head;
    if (head.framing === 0) {
      this.#state = "done";
    } else if (typeof head.framing === "number") {
      this.#expect(head.framing);
      this.#whole = Buffer.allocUnsafe(head.framing);
      this.#state = "length";
    } else {
      this.#parts = [];
      this.#state = head.framing === "chunked" ? "chunk-size" : "until-close";
    }
  }

  #readBody(bytes: Buffer): Buffer {
    const part = bytes.length > this.#missing ? bytes.subarray(0, this.#missing) : bytes;
    this.#keep(part);
    this.#missing -= part.length;
    if (this.#missing === 0) this.#state = this.#state === "length" ? "done" : "chunk-end";
    return bytes.subarray(part.length);
  }

  /** A line of the chunked framing: a chunk's size, the end of its data, or a trailer. */
  #readLine(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf("\r\n");
    if (end > MAX_HEAD_BYTES || (end < 0 && bytes.length > MAX_HEAD_BYTES)) {
      throw new HttpProtocolError(`a line of the chunked body is over ${MAX_HEAD_BYTES} bytes`);
    }
    if (end < 0) return undefined;
    const line = bytes.toString("latin1", 0, end);
    if (this.#state === "chunk-size") {
      const size = /^([\da-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
      if (size === undefined) throw new HttpProtocolError("a chunk's size is not a hexadecimal number");
      this.#expect(Number.parseInt(size, 16));
      this.#state = this.#missing === 0 ? "trailers" : "chunk-data";
    } else if (this.#state === "chunk-end") {
      if (line !== "") throw new HttpProtocolError("a chunk is longer than its size");
      this.#state = "chunk-size";
    } else if (line === "") {
      this.#state = "done";
    }
    return bytes.subarray(end + 2);
  }

  #expect(bytes: number): void {
    if (this.#bodyBytes + bytes > MAX_BODY_BYTES) {
      throw new HttpProtocolError(`the answer's body is over ${MAX_BODY_BYTES} bytes`);
    }
    this.#missing = bytes;
  }

  #keep(part: Buffer): void {
    if (this.#parts === undefined) {
      part.copy(this.#whole, this.#bodyBytes);
    } else if (part.length > 0) {
      this.#parts.push(Buffer.from(part));
    }
    this.#bodyBytes += part.length;
    if (this.#bodyBytes > MAX_BODY_BYTES) {
      throw new HttpProtocolError(`the answer's body is over ${MAX_BODY_BYTES} bytes`);
    }
  }

  #response(hasMore: boolean): HttpResponse {
    const head = this.#head;
    if (head === undefined) throw new HttpProtocolError("an answer without a head");
    return {
      status: head.status,
      header: (name) => head.header(name),
      body: this.#parts === undefined ? this.#whole : Buffer.concat(this.#parts),
      keepAlive: head.keepAlive && !hasMore,
    };
  }
}
