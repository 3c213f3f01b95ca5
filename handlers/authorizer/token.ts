import { TOKEN_HEADER, TOKEN_QUERY_PARAMETER } from "../../src/contract/routes";
import type { TokenSource } from "../../src/contract/token-sources";
import type { ConnectEvent } from "./connect-event";
import { TokenRefusedError } from "./deny-reason";

/** The longest token that is read. API Gateway accepts 10,240 bytes of request line and headers together. */
export const MAX_TOKEN_LENGTH = 8_192;

// "%20" and "+": some clients percent-encode `Bearer <token>` themselves. A token contains neither.
const BEARER = /^bearer(?: |%20|\+)+/i;

// Stricter than decoders: no padding, no white space, exactly three parts. The signature may be empty, so that an
// unsigned token is refused because of its algorithm.
const COMPACT_JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/**
 * The token that a client sent in the query parameter `authorization` or in the header `Authorization` (in any letter
 * case), with or without `Bearer `. If both places are allowed, the query parameter has priority.
 *
 * @throws TokenRefusedError `token_missing`, `token_too_large`, or `token_malformed` if it does not have the form of a
 * JWT.
 */
export function extractToken(event: ConnectEvent, source: TokenSource): string {
  const inQuery = source === "header" ? "" : trimmed(event.queryStringParameters?.[TOKEN_QUERY_PARAMETER]);
  const value = inQuery || (source === "query" ? "" : trimmed(authorizationHeader(event)));
  const token = value.replace(BEARER, "");
  if (token === "" || /^bearer$/i.test(token)) {
    throw new TokenRefusedError("token_missing");
  }
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new TokenRefusedError("token_too_large");
  }
  if (!COMPACT_JWT.test(token)) {
    throw new TokenRefusedError("token_malformed");
  }
  return token;
}

function authorizationHeader({ headers }: ConnectEvent): unknown {
  const name = Object.keys(headers ?? {}).find((key) => key.toLowerCase() === TOKEN_HEADER.toLowerCase());
  return name === undefined ? undefined : headers?.[name];
}

function trimmed(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}
