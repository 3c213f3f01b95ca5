/** A request that the page itself would never make. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
