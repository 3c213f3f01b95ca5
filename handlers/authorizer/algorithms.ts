/** What a key must be to verify an algorithm. */
export interface KeyKind {
  readonly kty: "RSA" | "EC" | "OKP";
  /** Absent for RSA, which has no curve. */
  readonly crv?: string;
}

const RSA: KeyKind = { kty: "RSA" };
const ED25519: KeyKind = { kty: "OKP", crv: "Ed25519" };

/**
 * The signature algorithms that a token may name, each with the one kind of key that verifies it: asymmetric ones only,
 * so that nothing an issuer publishes can serve as a signing secret.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.1
 */
export const ALGORITHMS = {
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  ES256: { kty: "EC", crv: "P-256" },
  ES384: { kty: "EC", crv: "P-384" },
  ES512: { kty: "EC", crv: "P-521" },
  EdDSA: ED25519,
  // EdDSA's name since RFC 9864.
  Ed25519: ED25519,
} as const satisfies Record<string, KeyKind>;

export type Algorithm = keyof typeof ALGORITHMS;

export const ALGORITHM_NAMES = Object.keys(ALGORITHMS) as Algorithm[];
