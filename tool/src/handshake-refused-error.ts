import { ToolError } from "./tool-error";

/** What a status of the gateway means for a client that connects, and what to do. */
const MEANINGS: Readonly<Record<number, string>> = {
  400: "the gateway does not understand the request: check the address, and what is between you and the gateway",
  401: "the gateway finds no token where token_source says: the address may be that of another stack",
  403: 'the authorizer refuses the token: "sumu token -" with the same token says why',
  404: "there is no API at this address: check the domain and its mapping",
  429: "too many clients connect at once: docs/limits-and-capacity.md has the limits",
  500: 'the authorizer failed, or the gateway may not invoke it: run "sumu doctor"',
  502: 'the gateway could not write the connection into the table: run "sumu doctor"',
  503: "the gateway is not available: try again",
};

/** The gateway did not open a WebSocket. */
export class HandshakeRefusedError extends ToolError {
  readonly meaning: string;

  /** @param requestId - with which the logs name the handshake. Undefined: the answer is not API Gateway's */
  constructor(
    readonly status: number,
    readonly requestId: string | undefined,
  ) {
    const meaning = MEANINGS[status] ?? "this is no answer of API Gateway: check the address";
    const next = requestId === undefined ? "" : `\n      → "sumu why ${requestId}" shows what the logs have`;
    super(`refused with ${status}: ${meaning}${next}`);
    this.name = "HandshakeRefusedError";
    this.meaning = meaning;
  }
}
