import type { webcrypto } from "node:crypto";
import type { CompactJWSHeaderParameters } from "jose";
import { JOSEAlgNotAllowed, JOSEError, JOSENotSupported, JWSSignatureVerificationFailed } from "jose/errors";
import { compactVerify } from "jose/jws/compact/verify";
import { ALGORITHM_NAMES, type Algorithm } from "./algorithms";
import type { Claims } from "./claims";
import { type DenyReason, TokenRefusedError } from "./deny-reason";

/** Finds the issuer's keys for a token's header: {@link IssuerKeys}, or any other source. */
export interface KeySource {
  /**
   * The keys that may have signed the token, at least one.
   *
   * @throws TokenRefusedError, or another error if no decision is possible.
   */
  find(kid: string | undefined, algorithm: Algorithm): Promise<readonly webcrypto.CryptoKey[]>;
  /** Keys that the issuer has published since. Called if none of `tried` has signed the token. */
  findRenewed(
    kid: string | undefined,
    algorithm: Algorithm,
    tried: readonly webcrypto.CryptoKey[],
  ): Promise<readonly webcrypto.CryptoKey[]>;
}

/** The content that the issuer signed. */
export interface VerifiedToken {
  readonly claims: Claims;
  /** The same as JSON text: only there, a large number is exact. */
  readonly json: string;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The claims of a token that the issuer signed. Only `alg` and `kid` of its header are used: a key inside the token
 * (`jwk`, `jku`, `x5c`, `x5u`) is never used. If no known key has signed the token, the issuer is asked for new keys,
 * as often as {@link KeySource} allows.
 *
 * @throws TokenRefusedError for every other token. Other errors of `keys` pass through.
 */
export async function verifyToken(token: string, keys: KeySource): Promise<VerifiedToken> {
  let tried: readonly webcrypto.CryptoKey[] = [];
  let findRenewed = async (): Promise<readonly webcrypto.CryptoKey[]> => [];
  try {
    const payload =
      // jose reads the header, and refuses unlisted algorithms, before it asks for a key.
      (await payloadIfSigned(token, async (header) => {
        const kid = keyIdOf(header);
        const algorithm = header.alg as Algorithm;
        tried = await keys.find(kid, algorithm);
        findRenewed = () => keys.findRenewed(kid, algorithm, tried);
        return tried[0] as webcrypto.CryptoKey;
      })) ??
      (await payloadIfSignedByAny(token, tried.slice(1))) ??
      (await payloadIfSignedByAny(token, await findRenewed()));
    if (payload === undefined) {
      throw new TokenRefusedError("signature_invalid");
    }
    return parsePayload(payload);
  } catch (error) {
    throw error instanceof JOSEError ? new TokenRefusedError(reasonOf(error)) : error;
  }
}

type FindKey = (header: CompactJWSHeaderParameters) => Promise<webcrypto.CryptoKey>;

async function payloadIfSigned(token: string, findKey: FindKey): Promise<Uint8Array | undefined> {
  try {
    return (await compactVerify(token, findKey, { algorithms: ALGORITHM_NAMES })).payload;
  } catch (error) {
    if (error instanceof JWSSignatureVerificationFailed) {
      return undefined;
    }
    throw error;
  }
}

async function payloadIfSignedByAny(
  token: string,
  keys: readonly webcrypto.CryptoKey[],
): Promise<Uint8Array | undefined> {
  for (const key of keys) {
    const payload = await payloadIfSigned(token, async () => key);
    if (payload !== undefined) {
      return payload;
    }
  }
  return undefined;
}

/** An id that is null or empty counts as no id, as in a key document. */
function keyIdOf({ kid, crit }: CompactJWSHeaderParameters): string | undefined {
  // jose refuses extensions that it does not know. But it knows `b64` (RFC 7797), which a JWT must not use.
  if (crit !== undefined) {
    throw new TokenRefusedError("critical_header_unsupported");
  }
  const value: unknown = kid ?? undefined;
  if (value !== undefined && typeof value !== "string") {
    throw new TokenRefusedError("token_malformed");
  }
  return value || undefined;
}

function reasonOf(error: JOSEError): DenyReason {
  if (error instanceof JOSEAlgNotAllowed) {
    return "algorithm_not_allowed";
  }
  // The algorithm is allowed, so jose can only refuse an extension in `crit`.
  return error instanceof JOSENotSupported ? "critical_header_unsupported" : "token_malformed";
}

function parsePayload(payload: Uint8Array): VerifiedToken {
  let json: string;
  let claims: unknown;
  try {
    json = utf8.decode(payload);
    claims = JSON.parse(json);
  } catch {
    throw new TokenRefusedError("token_malformed");
  }
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    throw new TokenRefusedError("token_malformed");
  }
  return { claims: claims as Claims, json };
}
