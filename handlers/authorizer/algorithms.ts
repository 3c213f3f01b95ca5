/** The kind of key that an algorithm needs. */
export interface KeyKind {
  readonly kty: "RSA" | "EC" | "OKP";
  /** Absent for RSA keys, which have no curve. */
  readonly crv?: string;
}

const RSA: KeyKind = { kty: "RSA" };
const ED25519: KeyKind = { kty: "OKP", crv: "Ed25519" };

/**
 * The signature algorithms that a token may name. Each has exactly one kind of key that verifies it. All are
 * asymmetric, so nothing that an issuer publishes can be used as a signing secret.
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
