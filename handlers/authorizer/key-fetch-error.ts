/**
 * Why the issuer's keys are not available: `unreachable` (no connection, no TLS, a reset), `timeout`, `status` (any but
 * 200, redirects too), `too_large`, or `document_invalid` (neither a JWKS nor an X.509 map, or no usable key in it).
 */
export type KeyFetchFailure = "unreachable" | "timeout" | "status" | "too_large" | "document_invalid";

/** It has only codes, because Node's message about a failed connection contains the issuer's host name. */
export class KeyFetchError extends Error {
  readonly failure: KeyFetchFailure;
  /** The HTTP status, or Node's error code such as `ECONNREFUSED`. */
  readonly detail: string | undefined;

  constructor(failure: KeyFetchFailure, detail?: string) {
    super(failure);
    this.name = "KeyFetchError";
    this.failure = failure;
    this.detail = detail;
  }
}

/** There is no key for judging a token, so there is no decision: API Gateway answers 500, not 403. */
export class IssuerKeysUnavailableError extends Error {
  constructor() {
    super("issuer_keys_unavailable");
    this.name = "IssuerKeysUnavailableError";
  }
}
