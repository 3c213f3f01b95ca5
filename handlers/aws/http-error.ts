/**
 * Why a request got no answer:
 * - `connect`: no connection came about (name, refusal, TLS);
 * - `deadline`: its time was up before it was sent;
 * - `timeout`: sent, and no answer in time;
 * - `reset`: sent, and the connection ended before the whole answer was there;
 * - `protocol`: sent, and the answer is not HTTP/1.1.
 */
export type HttpFailure = "connect" | "deadline" | "timeout" | "reset" | "protocol";

/** No answer. Its message names the host and the cause, never the path, a header or the body. */
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

  /** Whether the server may have acted on the request. When false, sending it again cannot do anything twice. */
  get mayHaveArrived(): boolean {
    return this.failure !== "connect" && this.failure !== "deadline";
  }
}
