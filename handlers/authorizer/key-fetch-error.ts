/**
 * Why an issuer's keys could not be had: `unreachable` (no connection, no TLS, a reset), `timeout`, `status` (any but
 * 200, redirects too), `too_large`, or `document_invalid` (neither a JWKS nor an X.509 map, or no usable key in it).
 */
export type KeyFetchFailure = "unreachable" | "timeout" | "status" | "too_large" | "document_invalid";

/** Carries codes only: what Node says of a failed connection holds the issuer's host name. */
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

/** There is no key at all to judge a token by, so there is no judgement: API Gateway answers 500, not 403. */
export class IssuerKeysUnavailableError extends Error {
  constructor() {
    super("issuer_keys_unavailable");
    this.name = "IssuerKeysUnavailableError";
  }
}
