/**
 * A request that API Gateway answers itself. The client sees `message`; `reason` is for the developer. Neither holds a
 * payload or token.
 */
export class RouteFault extends Error {
  override readonly name = "RouteFault";

  constructor(
    message: string,
    readonly status: number,
    readonly reason: string,
    /** `$context.error.responseType` of the access log. */
    readonly responseType?: string,
  ) {
    super(message);
  }
}

export const internalServerError = (reason: string): RouteFault => new RouteFault("Internal server error", 500, reason);

/** The frame that API Gateway sends in place of an answer, byte for byte. */
export const errorFrame = (message: string, connectionId: string, requestId: string): string =>
  `{"message": ${JSON.stringify(message)}, "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
