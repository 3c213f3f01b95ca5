import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { KeyFetchError } from "./key-fetch-error";
import { VerificationKey } from "./verification-key";

/**
 * The keys in an issuer's document, whose shape tells which it is: a JWKS (`{"keys":[…]}`), or a map of key id to PEM,
 * either an X.509 certificate (as Firebase publishes it) or a public key. Keys of a kind that nothing here verifies with
 * are left out, as RFC 7517 asks. Of a certificate only the public key counts: trust comes from where the document was
 * fetched. A key that is published twice is one key.
 *
 * A JWKS without any key, `{"keys":[]}`, is valid: the issuer has withdrawn all of them.
 *
 * @param known keys of an earlier document; those that are published again stay the same objects, with what they imported
 * @throws KeyFetchError `document_invalid` when it is neither, or when there are keys and none of them is usable.
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

/** As a JWK, so that one set of rules about kinds of keys holds for both shapes. */
function pemJwk(kid: string, pem: unknown): unknown {
  try {
    const key = typeof pem === "string" ? publicKeyOf(pem) : undefined;
    return key && { ...key.export({ format: "jwk" }), kid };
  } catch {
    return undefined;
  }
}

/** The label decides, since Node would also take the public half of a private key, which nobody must trust any more. */
function publicKeyOf(pem: string): KeyObject | undefined {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (label === "CERTIFICATE") {
    return new X509Certificate(pem).publicKey;
  }
  return label === "PUBLIC KEY" || label === "RSA PUBLIC KEY" ? createPublicKey(pem) : undefined;
}
