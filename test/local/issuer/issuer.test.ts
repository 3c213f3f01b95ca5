import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { createIssuer } from "../../../local/issuer/issuer";

describe("the local issuer", () => {
  const issuer = createIssuer({ url: "http://127.0.0.1:1", audience: "sumu-local" });

  it("mints tokens that its published key verifies", async () => {
    const { jwks, mint } = await issuer;
    const { payload } = await jwtVerify(await mint("alice"), createLocalJWKSet(jwks), {
      issuer: "http://127.0.0.1:1",
      audience: "sumu-local",
      algorithms: ["RS256"],
    });
    expect(payload).toMatchObject({ sub: "alice" });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(7_200);
    expect(decodeProtectedHeader(await mint("alice"))).toEqual({ alg: "RS256", kid: "local-1", typ: "JWT" });
  });

  it("publishes no private part of its key", async () => {
    const { jwks } = await issuer;
    expect(jwks.keys.map((key) => Object.keys(key).sort())).toEqual([["alg", "e", "kid", "kty", "n", "use"]]);
  });

  it("mints expired tokens and tokens for others when asked to", async () => {
    const { jwks, mint } = await issuer;
    const expired = await mint("alice", { expiresInSeconds: -60 });
    await expect(jwtVerify(expired, createLocalJWKSet(jwks))).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" });
    const { payload } = await jwtVerify(await mint("alice", { audience: "other" }), createLocalJWKSet(jwks));
    expect(payload.aud).toBe("other");
  });
});
