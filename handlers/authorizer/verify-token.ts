import type { webcrypto } from "node:crypto";
import { JOSEAlgNotAllowed, JOSEError, JOSENotSupported, JWSSignatureVerificationFailed } from "jose/errors";
import { compactVerify } from "jose/jws/compact/verify";
import { ALGORITHM_NAMES, type Algorithm } from "./algorithms";
import type { Claims } from "./claims";
import { type DenyReason, TokenRefusedError } from "./deny-reason";

/** Finds the issuer's key for a token's header: {@link IssuerKeys}, or any other source. */
export interface KeySource {
  /** @throws TokenRefusedError, or another error when no judgement is possible. */
  find(kid: string | undefined, algorithm: Algorithm): Promise<webcrypto.CryptoKey>;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The claims of a token that the issuer signed. Only `alg` and `kid` of its header count: a key that a token brings
 * along (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
 *
 * @throws TokenRefusedError for every token that is not; what `keys` throws otherwise passes through.
 */
export async function verifyToken(token: string, keys: KeySource): Promise<Claims> {
  try {
    const { payload } = await compactVerify(
      token,
      // jose has by now refused algorithms that are not in the list.
      ({ alg, kid, crit }) => findKey(keys, alg as Algorithm, kid, crit),
      { algorithms: ALGORITHM_NAMES },
    );
    return parseClaims(payload);
  } catch (error) {
    throw error instanceof JOSEError ? new TokenRefusedError(reasonOf(error)) : error;
  }
}

async function findKey(
  keys: KeySource,
  algorithm: Algorithm,
  kid: unknown,
  crit: unknown,
): Promise<webcrypto.CryptoKey> {
  // jose refuses the extensions that it does not know, but knows `b64` (RFC 7797), which a JWT must not use.
  if (crit !== undefined) {
    throw new TokenRefusedError("critical_header_unsupported");
  }
  if (kid !== undefined && typeof kid !== "string") {
    throw new TokenRefusedError("token_malformed");
  }
  return keys.find(kid, algorithm);
}

function reasonOf(error: JOSEError): DenyReason {
  if (error instanceof JWSSignatureVerificationFailed) {
    return "signature_invalid";
  }
  if (error instanceof JOSEAlgNotAllowed) {
    return "algorithm_not_allowed";
  }
  // Of an allowed algorithm only an extension in `crit` is left that jose may not support.
  return error instanceof JOSENotSupported ? "critical_header_unsupported" : "token_malformed";
}

function parseClaims(payload: Uint8Array): Claims {
  let claims: unknown;
  try {
    claims = JSON.parse(utf8.decode(payload));
  } catch {
    throw new TokenRefusedError("token_malformed");
  }
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    throw new TokenRefusedError("token_malformed");
  }
  return claims as Claims;
}
