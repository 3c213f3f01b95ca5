import type { webcrypto } from "node:crypto";
import { importJWK } from "jose/key/import";
import { ALGORITHMS, type Algorithm, type KeyKind } from "./algorithms";

const MIN_RSA_BITS = 2_048;

const PUBLIC_MEMBERS = { RSA: ["n", "e"], EC: ["crv", "x", "y"], OKP: ["crv", "x"] } as const;

/** A public key of the issuer, as published. */
export class VerificationKey {
  readonly kid: string | undefined;
  /** Equal for the same key under the same id and algorithm. */
  readonly fingerprint: string;
  readonly #jwk: Readonly<Record<string, string>>;
  /** The one algorithm that the issuer restricts this key to. */
  readonly #alg: string | undefined;
  /** By algorithm. An import costs more than a verification: 70 us (RSA) to 200 us (EC) each time. */
  readonly #imported = new Map<Algorithm, Promise<webcrypto.CryptoKey | undefined>>();

  private constructor(kid: string | undefined, alg: string | undefined, jwk: Readonly<Record<string, string>>) {
    this.kid = kid;
    this.#alg = alg;
    this.#jwk = jwk;
    this.fingerprint = JSON.stringify([kid, alg, jwk]);
  }

  /**
   * Undefined for a key that cannot or must not verify a signature: another `use`, a secret, a private or incomplete
   * key. Issuers publish members that they do not use as null or empty (`"d": null`, `"kid": ""`). Such members count
   * as absent.
   */
  static fromJwk(jwk: unknown): VerificationKey | undefined {
    if (typeof jwk !== "object" || jwk === null) {
      return undefined;
    }
    const { kid, alg, use, key_ops: operations, d, ...members } = withoutEmptyMembers(jwk);
    const forSignatures =
      (use === undefined || use === "sig") &&
      (operations === undefined || (Array.isArray(operations) && operations.includes("verify")));
    if (!forSignatures || !isOptionalString(kid) || !isOptionalString(alg) || d !== undefined) {
      return undefined;
    }
    const material = publicMaterial(members);
    return material && new VerificationKey(kid, alg, material);
  }

  /** Whether this key has the right kind for `algorithm` and the issuer did not restrict it to another. */
  fits(algorithm: Algorithm): boolean {
    const kind: KeyKind = ALGORITHMS[algorithm];
    return (
      this.#jwk.kty === kind.kty && this.#jwk.crv === kind.crv && (this.#alg === undefined || this.#alg === algorithm)
    );
  }

  /** The key, ready to verify `algorithm`. Undefined if it is broken or too weak. */
  import(algorithm: Algorithm): Promise<webcrypto.CryptoKey | undefined> {
    let imported = this.#imported.get(algorithm);
    if (imported === undefined) {
      imported = importPublicKey(this.#jwk, algorithm);
      this.#imported.set(algorithm, imported);
    }
    return imported;
  }
}

function withoutEmptyMembers(jwk: object): Record<string, unknown> {
  const isEmpty = (value: unknown) => value === null || value === "" || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(jwk).filter(([, value]) => !isEmpty(value)));
}

function publicMaterial(jwk: Record<string, unknown>): Record<string, string> | undefined {
  const { kty } = jwk;
  if (kty !== "RSA" && kty !== "EC" && kty !== "OKP") {
    return undefined;
  }
  const material: Record<string, string> = { kty };
  for (const member of PUBLIC_MEMBERS[kty]) {
    const value = jwk[member];
    if (typeof value !== "string") {
      return undefined;
    }
    material[member] = value;
  }
  return material;
}

async function importPublicKey(
  jwk: Record<string, string>,
  algorithm: Algorithm,
): Promise<webcrypto.CryptoKey | undefined> {
  try {
    const key = await importJWK(jwk, algorithm);
    if (key instanceof Uint8Array) {
      return undefined;
    }
    const { modulusLength = MIN_RSA_BITS } = key.algorithm as Partial<webcrypto.RsaHashedKeyAlgorithm>;
    return modulusLength >= MIN_RSA_BITS ? key : undefined;
  } catch {
    return undefined;
  }
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
