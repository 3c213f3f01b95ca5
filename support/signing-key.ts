import { constants, createHmac, generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from "node:crypto";
import type { Algorithm } from "../handlers/authorizer/algorithms";

/** A key pair of an issuer: the private key, and the published key. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

const CURVES: Partial<Record<Algorithm, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

export function createSigningKey(alg: Algorithm, kid: string, { rsaBits = 2_048 } = {}): SigningKey {
  const namedCurve = CURVES[alg];
  const { privateKey, publicKey } = namedCurve
    ? generateKeyPairSync("ec", { namedCurve })
    : isEdDsa(alg)
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("rsa", { modulusLength: rsaBits });
  return {
    kid,
    alg,
    privateKey,
    publicKey,
    publicJwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" },
  };
}

/** The same pair with another algorithm: an RSA key does not say whether it signs RS256 or PS512. */
export function asAlgorithm(key: SigningKey, alg: Algorithm): SigningKey {
  return { ...key, alg, publicJwk: { ...key.publicJwk, alg } };
}

/** A compact JWT signed by node:crypto, so that jose does not check its own work. `header` adds or overrides. */
export function signToken(key: SigningKey, claims: unknown, header: Record<string, unknown> = {}): string {
  return signText(key, JSON.stringify(claims), header);
}

/** The same as {@link signToken}, but the payload need not be JSON. */
export function signText(key: SigningKey, payload: string | Buffer, header: Record<string, unknown> = {}): string {
  const input = `${encode({ alg: key.alg, kid: key.kid, typ: "JWT", ...header })}.${base64url(payload)}`;
  const hash = isEdDsa(key.alg) ? null : `sha${key.alg.slice(-3)}`;
  return `${input}.${sign(hash, Buffer.from(input), signatureOptions(key)).toString("base64url")}`;
}

/** A JWT whose signature anyone who knows `secret` can make. */
export function signWithSecret(
  alg: string,
  secret: string | Buffer,
  claims: unknown,
  header: Record<string, unknown> = {},
): string {
  const input = `${encode({ alg, typ: "JWT", ...header })}.${encode(claims)}`;
  return `${input}.${createHmac(`sha${alg.slice(-3)}`, secret)
    .update(input)
    .digest("base64url")}`;
}

/** A JWT that nobody signed. */
export function unsignedToken(claims: unknown, header: Record<string, unknown> = {}): string {
  return `${encode({ alg: "none", ...header })}.${encode(claims)}.`;
}

function signatureOptions({ alg, privateKey }: SigningKey): KeyObject | SignKeyObjectInput {
  if (alg.startsWith("PS")) {
    return {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    };
  }
  return alg.startsWith("ES") ? { key: privateKey, dsaEncoding: "ieee-p1363" } : privateKey;
}

function isEdDsa(alg: Algorithm): boolean {
  return alg === "EdDSA" || alg === "Ed25519";
}

function encode(value: unknown): string {
  return base64url(JSON.stringify(value));
}

function base64url(value: string | Buffer): string {
  return Buffer.from(value).toString("base64url");
}
