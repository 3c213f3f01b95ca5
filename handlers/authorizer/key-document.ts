import { X509Certificate } from "node:crypto";
import { KeyFetchError } from "./key-fetch-error";
import { VerificationKey } from "./verification-key";

/**
 * The keys in an issuer's document, whose shape tells which it is: a JWKS (`{"keys":[…]}`), or Firebase's map of key id
 * to X.509 certificate in PEM. Keys of a kind that nothing here verifies with are left out, as RFC 7517 asks. Of a
 * certificate only the public key counts: trust comes from where the document was fetched.
 *
 * @throws KeyFetchError `document_invalid` when it is neither, or when no key is left.
 * @see https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
 */
export function parseKeyDocument(body: string): readonly VerificationKey[] {
  const keys = jwksOf(parseJson(body)).flatMap((jwk) => VerificationKey.fromJwk(jwk) ?? []);
  if (keys.length === 0) {
    throw new KeyFetchError("document_invalid");
  }
  return keys;
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
    return [];
  }
  const { keys } = document as { keys?: unknown };
  return Array.isArray(keys) ? keys : Object.entries(document).map(([kid, pem]) => certificateJwk(kid, pem));
}

/** As a JWK, so that one set of rules about kinds of keys holds for both shapes. */
function certificateJwk(kid: string, pem: unknown): unknown {
  if (typeof pem !== "string" || !pem.includes("-----BEGIN CERTIFICATE-----")) {
    return undefined;
  }
  try {
    return { ...new X509Certificate(pem).publicKey.export({ format: "jwk" }), kid };
  } catch {
    return undefined;
  }
}
