/** What an `InvokeFunction` rejects with when the function was called and failed. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";

  constructor(
    /** `TypeError`, or `Unhandled`. */
    readonly errorType: string,
    /** What the function threw. It may hold a client's data: never log it. */
    readonly errorMessage: string,
  ) {
    super(`the function failed (${errorType}): its log says why`);
  }
}
