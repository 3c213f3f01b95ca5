/**
 * Why a request got no answer:
 * - `connect`: no connection was made (name, refusal, TLS);
 * - `deadline`: its time was over before it was sent;
 * - `timeout`: sent, and no answer in time;
 * - `reset`: sent, and the connection ended before the answer was complete;
 * - `protocol`: sent, and the answer is not HTTP/1.1.
 */
export type HttpFailure = "connect" | "deadline" | "timeout" | "reset" | "protocol";

/** There was no answer. The message names the host and the cause, never the path, a header or the body. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly failure: HttpFailure,
    host: string,
    cause?: Error,
  ) {
    const detail = cause === undefined ? "" : `: ${(cause as NodeJS.ErrnoException).code ?? cause.message}`;
    super(`no answer from ${host} (${failure}${detail})`, { cause });
  }

  /** Whether the server may have acted on the request. If false, a second try cannot do anything twice. */
  get mayHaveArrived(): boolean {
    return this.failure !== "connect" && this.failure !== "deadline";
  }
}
