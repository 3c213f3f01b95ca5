import type { RefusalReason } from "../../src/contract/control";

/** Why SUMU does not do what a control frame asks for. The message is for people, and names no value of the frame. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  constructor(
    readonly reason: RefusalReason,
    message: string,
  ) {
    super(message);
  }
}
