/** Any error of this library. `code` is stable, the message is for people. Neither contains a payload. */
export class SumuError extends Error {
  override readonly name: string = "SumuError";

  constructor(
    /** A stable code for programs. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A value that SUMU would refuse: nothing was sent. The message says which value and what to do. */
export class InvalidInputError extends SumuError {
  override readonly name = "InvalidInputError";
}

/** A client, a URL or a table name is missing. The message says where it comes from. */
export class ConfigurationError extends SumuError {
  override readonly name = "ConfigurationError";
}
