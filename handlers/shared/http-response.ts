/** An answer, complete. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; a repeated header's values are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Whether the server lets the connection carry another request. */
  readonly keepAlive: boolean;
}

/** The peer does not speak HTTP/1.1 as RFC 9112 has it, or its answer is larger than anything AWS sends. */
export class HttpProtocolError extends Error {
  override readonly name = "HttpProtocolError";
}

/** Larger than any head AWS sends. */
const MAX_HEAD_BYTES = 64 * 1024;
/** A page of DynamoDB is 1 MB of items, a few MB as JSON. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);
const HEAD_END = "\r\n\r\n";

type State = "head" | "length" | "chunk-size" | "chunk-data" | "chunk-end" | "trailers" | "until-close" | "done";

/**
 * Reads one answer from a connection's bytes, however they are cut. Interim answers (1xx) are skipped. A body ends by
 * `content-length`, by its last chunk, or with the connection.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length
 */
export class HttpResponseParser {
  #state: State = "head";
  /** Bytes not yet understood: an unfinished head or line. */
  #pending: Buffer = EMPTY;
  #status = 0;
  #headers: Map<string, string> = new Map();
  #keepAlive = true;
  #body: Buffer[] = [];
  #bodyBytes = 0;
  /** Bytes missing from the body (`length`) or from the chunk (`chunk-data`). */
  #missing = 0;

  /** Whether any byte of an answer has come. */
  started = false;

  /**
   * Takes the next bytes; gives the answer once it is complete.
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
        this.#pending = bytes;
        return undefined;
      }
      bytes = rest;
      if (bytes.length === 0 && this.#state === before) return undefined;
    }
    // Bytes after the answer were not asked for: what they belong to is unknowable.
    if (bytes.length > 0) this.#keepAlive = false;
    return this.#response();
  }

  /**
   * The connection has ended: gives the answer if that is what completes it.
   *
   * @throws {@link HttpProtocolError} The answer was cut short.
   */
  end(): HttpResponse | undefined {
    if (this.#state === "until-close") return this.#response();
    if (this.started) throw new HttpProtocolError("the answer was cut short");
    return undefined;
  }

  /** What is left after the step, or undefined when it needs more bytes than these. */
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
    const end = bytes.indexOf(HEAD_END);
    if (end > MAX_HEAD_BYTES || (end < 0 && bytes.length > MAX_HEAD_BYTES)) {
      throw new HttpProtocolError(`the answer's head is over ${MAX_HEAD_BYTES} bytes`);
    }
    if (end < 0) return undefined;
    const lines = bytes.toString("latin1", 0, end).split("\r\n");
    const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(lines[0] ?? "");
    if (statusLine === null) throw new HttpProtocolError("the answer does not begin with an HTTP/1.1 status line");
    this.#status = Number(statusLine[2]);
    this.#headers = parseHeaders(lines);
    const rest = bytes.subarray(end + HEAD_END.length);
    if (this.#status === 101) throw new HttpProtocolError("the server switched protocols, which nobody asked for");
    if (this.#status >= 200) this.#startBody(statusLine[1] === "1");
    return rest;
  }

  #startBody(isHttp11: boolean): void {
    const connection = this.#headers.get("connection")?.toLowerCase();
    this.#keepAlive = isHttp11 ? connection !== "close" : connection === "keep-alive";
    const encoding = this.#headers.get("transfer-encoding");
    const length = this.#headers.get("content-length");
    if (this.#status === 204 || this.#status === 304) {
      this.#state = "done";
    } else if (encoding !== undefined) {
      if (encoding.toLowerCase() !== "chunked") throw new HttpProtocolError("the transfer encoding is not chunked");
      // Both headers at once are how answers are smuggled: read it, but trust the connection no further.
      if (length !== undefined) this.#keepAlive = false;
      this.#state = "chunk-size";
    } else if (length !== undefined) {
      this.#expect(parseContentLength(length));
      this.#state = this.#missing === 0 ? "done" : "length";
    } else {
      this.#keepAlive = false;
      this.#state = "until-close";
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
    this.#bodyBytes += part.length;
    if (this.#bodyBytes > MAX_BODY_BYTES) {
      throw new HttpProtocolError(`the answer's body is over ${MAX_BODY_BYTES} bytes`);
    }
    if (part.length > 0) this.#body.push(part);
  }

  #response(): HttpResponse {
    const body = this.#body.length === 1 ? (this.#body[0] ?? EMPTY) : Buffer.concat(this.#body);
    return { status: this.#status, headers: this.#headers, body, keepAlive: this.#keepAlive };
  }
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const colon = line.indexOf(":");
    // A name has no blanks: neither a folded line nor `name :` is one.
    if (colon < 1 || /[ \t]/.test(line.slice(0, colon))) throw new HttpProtocolError("a header is not `name: value`");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return headers;
}

function parseContentLength(text: string): number {
  // Repeats of the same number are one number (RFC 9110, 8.6).
  const [first = "", ...others] = text.split(",").map((part) => part.trim());
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first)) {
    throw new HttpProtocolError("the content-length is not one number");
  }
  return Number(first);
}
