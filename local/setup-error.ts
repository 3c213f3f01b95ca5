/** Something on this machine keeps SUMU from starting. The message is one line that says what to do about it. */
export class SetupError extends Error {
  readonly code = "ERR_SETUP";
  override readonly name = "SetupError";
}
