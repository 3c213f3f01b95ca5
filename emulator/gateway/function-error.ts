/** The error with which an `InvokeFunction` rejects when the function was called and failed. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";

  constructor(
    /** `TypeError`, or `Unhandled`. */
    readonly errorType: string,
    /** The message of the error that the function threw. It may hold a client's data: never log it. */
    readonly errorMessage: string,
  ) {
    super(`the function failed (${errorType}): its log says why`);
  }
}
