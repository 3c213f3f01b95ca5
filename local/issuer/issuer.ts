import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from "jose";

const KEY_ID = "local-1";

export interface TokenOptions {
  /** @default - the issuer's only audience */
  readonly audience?: string;
  /** Seconds from now; negative for an expired token. The default is a connection's longest life. @default 7200 */
  readonly expiresInSeconds?: number;
  readonly claims?: JWTPayload;
}

/** An identity provider for one run. It makes its key at the start, and the key never leaves the process. */
export interface Issuer {
  /** The document at the JWKS endpoint. */
  readonly jwks: JSONWebKeySet;
  /** A signed token for any user id: there are no passwords here. */
  mint(userId: string, options?: TokenOptions): Promise<string>;
}

export interface IssuerOptions {
  /** The `iss` of its tokens. */
  readonly url: string;
  /** The `aud` of its tokens. */
  readonly audience: string;
  /** Claims that its tokens have unless they are asked for with other values. @default - none */
  readonly claims?: JWTPayload;
}

/** Makes an issuer with an RS256 key of its own. */
export async function createIssuer({ url, audience: ownAudience, claims: ownClaims }: IssuerOptions): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const key = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" };
  return {
    jwks: { keys: [key] },
    mint: (userId, { audience = ownAudience, expiresInSeconds = 7_200, claims = {} } = {}) => {
      const nowSeconds = Math.floor(Date.now() / 1_000);
      return new SignJWT({ ...ownClaims, ...claims })
        .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "JWT" })
        .setSubject(userId)
        .setIssuer(url)
        .setAudience(audience)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + expiresInSeconds)
        .sign(privateKey);
    },
  };
}
