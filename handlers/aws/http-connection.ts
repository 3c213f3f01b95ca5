import type { Socket } from "node:net";
import { HttpError, type HttpFailure } from "./http-error";
import { type HttpResponse, HttpResponseParser } from "./http-response";

/** How one request on a connection ended. */
export interface ExchangeOutcome {
  readonly response?: HttpResponse;
  readonly error?: HttpError;
  /** The connection had carried a request before and ended without any byte of an answer: most likely it was stale. */
  readonly stale?: boolean;
}

/** A body of this size is copied beside the head: the copy costs less than a second write (and TLS record). */
const JOINED_BODY_BYTES = 16 * 1024;

/** One socket that carries one request at a time. */
export class HttpConnection {
  idleSince = 0;
  /** The connection takes no more requests: it has ended, failed, or the server said so. */
  closed = false;
  #requests = 0;
  #parser: HttpResponseParser | undefined;
  #settle: ((outcome: ExchangeOutcome) => void) | undefined;
  /** Epoch milliseconds by which the current request must end; infinite if there is no request. */
  endsAt = Number.POSITIVE_INFINITY;

  /** @param onClose - Called once, if the connection ends without a request on it. */
  constructor(
    private readonly socket: Socket,
    private readonly host: string,
    private readonly onClose: (connection: HttpConnection) => void,
  ) {
    socket.setNoDelay(true);
    // The caller's timer keeps the process alive while there is a request.
    socket.unref();
    socket.on("end", () => this.#ended());
    socket.on("error", (error) => this.#fail("reset", error));
    socket.on("close", () => this.#fail("reset"));
  }

  /** Sends a request; `settle` is called once. The caller's timer calls {@link timeOut} at `endsAt`. */
  send(head: string, body: Buffer | undefined, endsAt: number, settle: (outcome: ExchangeOutcome) => void): void {
    this.#requests++;
    this.#parser = new HttpResponseParser();
    this.#settle = settle;
    this.endsAt = endsAt;
    if (body === undefined || body.length === 0) {
      this.socket.write(head, "latin1");
    } else if (body.length <= JOINED_BODY_BYTES) {
      const message = Buffer.allocUnsafe(head.length + body.length);
      message.write(head, 0, "latin1");
      body.copy(message, head.length);
      this.socket.write(message);
    } else {
      this.socket.cork();
      this.socket.write(head, "latin1");
      this.socket.write(body);
      this.socket.uncork();
    }
  }

  /** The time of the current request is over. */
  timeOut(): void {
    this.#fail("timeout");
  }

  destroy(): void {
    this.closed = true;
    this.socket.destroy();
  }

  /** Reads the socket's bytes. Their memory may be used again afterwards. */
  receive(chunk: Buffer): void {
    if (this.#parser === undefined) {
      // These bytes belong to no request. The next answer could not be separated from them.
      this.#fail("protocol");
      return;
    }
    let response: HttpResponse | undefined;
    try {
      response = this.#parser.push(chunk);
    } catch (error) {
      this.#fail("protocol", error as Error);
      return;
    }
    if (response !== undefined) this.#answered(response);
  }

  #ended(): void {
    this.closed = true;
    try {
      const response = this.#parser?.end();
      if (response !== undefined) {
        this.#answered(response);
        return;
      }
    } catch {
      // The answer is incomplete: it counts as a reset.
    }
    this.#fail("reset");
  }

  #answered(response: HttpResponse): void {
    // The answer came before the whole request was sent. The connection must end, because the server must not read the
    // rest as a request.
    if (!response.keepAlive || this.socket.writableLength > 0) this.destroy();
    this.#finish({ response });
  }

  #fail(failure: HttpFailure, cause?: Error): void {
    const stale = failure === "reset" && this.#requests > 1 && this.#parser?.started === false;
    this.destroy();
    this.#finish({ error: new HttpError(failure, this.host, cause), stale });
  }

  #finish(outcome: ExchangeOutcome): void {
    const settle = this.#settle;
    this.endsAt = Number.POSITIVE_INFINITY;
    this.#settle = undefined;
    this.#parser = undefined;
    if (settle !== undefined) settle(outcome);
    else this.onClose(this);
  }
}
