import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { KeyFetchError } from "./key-fetch-error";
import { VerificationKey } from "./verification-key";

/**
 * The keys in an issuer's document. Its shape decides its type: a JWKS (`{"keys":[…]}`), or a map of key id to PEM,
 * either an X.509 certificate (as Firebase publishes it) or a public key. Keys that verify no supported algorithm are
 * left out, as RFC 7517 requires. Only the public key of a certificate is used: the document is trusted because of its
 * address. A key that is published twice counts once.
 *
 * A JWKS without any key, `{"keys":[]}`, is valid: the issuer has withdrawn all of them.
 *
 * @param known keys of an earlier document; if the new document has them again, the same objects are returned, with
 * their imported keys
 * @throws KeyFetchError `document_invalid` if it is neither shape, or if it has keys and none of them is usable.
 * @see https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
 */
export function parseKeyDocument(body: string, known: readonly VerificationKey[] = []): readonly VerificationKey[] {
  const jwks = jwksOf(parseJson(body));
  const earlier = new Map(known.map((key) => [key.fingerprint, key]));
  const keys = new Map<string, VerificationKey>();
  for (const jwk of jwks) {
    const key = VerificationKey.fromJwk(jwk);
    if (key) {
      keys.set(key.fingerprint, earlier.get(key.fingerprint) ?? key);
    }
  }
  if (jwks.length > 0 && keys.size === 0) {
    throw new KeyFetchError("document_invalid");
  }
  return [...keys.values()];
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new KeyFetchError("document_invalid");
  }
}

function jwksOf(document: unknown): readonly unknown[] {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new KeyFetchError("document_invalid");
  }
  const { keys } = document as { keys?: unknown };
  if (Array.isArray(keys)) {
    return keys;
  }
  const entries = Object.entries(document);
  if (entries.length === 0) {
    throw new KeyFetchError("document_invalid");
  }
  return entries.map(([kid, pem]) => pemJwk(kid, pem));
}

/** Converts to a JWK, so that the same rules apply to the keys of both shapes. */
function pemJwk(kid: string, pem: unknown): unknown {
  try {
    const key = typeof pem === "string" ? publicKeyOf(pem) : undefined;
    return key && { ...key.export({ format: "jwk" }), kid };
  } catch {
    return undefined;
  }
}

/**
 * The PEM label decides. Node would also accept the public half of a private key, but a published private key must not
 * be trusted.
 */
function publicKeyOf(pem: string): KeyObject | undefined {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (label === "CERTIFICATE") {
    return new X509Certificate(pem).publicKey;
  }
  return label === "PUBLIC KEY" || label === "RSA PUBLIC KEY" ? createPublicKey(pem) : undefined;
}
