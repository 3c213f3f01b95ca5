import { createPublicKey } from "node:crypto";
import fc from "fast-check";
import { ALGORITHM_NAMES, type Algorithm } from "../../../handlers/authorizer/algorithms";
import { TokenRefusedError } from "../../../handlers/authorizer/deny-reason";
import { IssuerKeys } from "../../../handlers/authorizer/issuer-keys";
import { verifyToken } from "../../../handlers/authorizer/verify-token";
import { selfSignedCertificate } from "../../../support/certificate";
import {
  asAlgorithm,
  createSigningKey,
  type SigningKey,
  signText,
  signToken,
  signWithSecret,
  unsignedToken,
} from "../../../support/signing-key";

const CLAIMS = { sub: "u1", exp: 1_800_000_000 };

const rsa = createSigningKey("RS256", "rsa");
const ec = createSigningKey("ES256", "ec");
const attacker = createSigningKey("RS256", "rsa");

function keysOf(document: unknown): IssuerKeys {
  return new IssuerKeys({
    now: () => 0,
    onFetchFailure: () => {},
    fetchDocument: async () => ({ body: JSON.stringify(document), lifetimeSeconds: 600 }),
  });
}

const jwks = (...keys: readonly SigningKey[]) => keysOf({ keys: keys.map((key) => key.publicJwk) });

/** The claims, or the reason why not; anything else would fail the test. */
async function outcome(token: string, keys: IssuerKeys): Promise<unknown> {
  try {
    return (await verifyToken(token, keys)).claims;
  } catch (error) {
    if (error instanceof TokenRefusedError) {
      return error.reason;
    }
    throw error;
  }
}

describe("verifyToken", () => {
  const keyFor = (alg: Algorithm) => (/^[RP]S/.test(alg) ? asAlgorithm(rsa, alg) : createSigningKey(alg, "key"));

  describe.each(ALGORITHM_NAMES)("%s", (alg) => {
    const key = keyFor(alg);
    const token = signToken(key, CLAIMS);

    it("admits a token that the issuer signed", async () => {
      expect(await outcome(token, jwks(key))).toEqual(CLAIMS);
    });

    it("rejects a payload that was changed", async () => {
      const [header, , signature] = token.split(".");
      const payload = Buffer.from(JSON.stringify({ ...CLAIMS, sub: "u2" })).toString("base64url");
      expect(await outcome([header, payload, signature].join("."), jwks(key))).toBe("signature_invalid");
    });

    it("rejects a signature that is cut, emptied or of another token", async () => {
      const input = token.slice(0, token.lastIndexOf(".") + 1);
      const other = signToken(key, { sub: "u2" }).split(".")[2];
      for (const signature of [token.slice(input.length, -8), "", "AAAA", other]) {
        expect(await outcome(input + signature, jwks(key))).toBe("signature_invalid");
      }
    });
  });

  it.each(ALGORITHM_NAMES.filter((alg) => !/^Ed/.test(alg)))(
    "admits %s by a certificate of an X.509 map",
    async (alg) => {
      const key = keyFor(alg);
      expect(await outcome(signToken(key, CLAIMS), keysOf({ [key.kid]: selfSignedCertificate(key) }))).toEqual(CLAIMS);
    },
  );

  describe("rejects as algorithm_not_allowed", () => {
    const spki = rsa.publicKey.export({ type: "spki", format: "pem" });
    const certificate = selfSignedCertificate(rsa);

    it.each(["none", "None", "NONE", "nOnE"])("an unsigned token of alg %s", async (alg) => {
      expect(await outcome(unsignedToken(CLAIMS, { alg, kid: "rsa" }), jwks(rsa))).toBe("algorithm_not_allowed");
    });

    it.each([
      ["the public key in PEM", jwks(rsa), spki],
      ["the public key in DER", jwks(rsa), rsa.publicKey.export({ type: "spki", format: "der" })],
      ["the public key's modulus", jwks(rsa), Buffer.from(String(rsa.publicJwk.n), "base64url")],
      ["the published JWK", jwks(rsa), JSON.stringify(rsa.publicJwk)],
      ["the certificate of an X.509 map", keysOf({ rsa: certificate }), certificate],
      ["the public key of a certificate", keysOf({ rsa: certificate }), spki],
      [
        "a secret that the issuer publishes",
        keysOf({ keys: [{ kty: "oct", k: "c2VjcmV0", kid: "rsa" }, rsa.publicJwk] }),
        "secret",
      ],
    ])("a token signed by HMAC with %s", async (_, keys, secret) => {
      for (const alg of ["HS256", "HS384", "HS512"]) {
        expect(await outcome(signWithSecret(alg, secret, CLAIMS, { kid: "rsa" }), keys)).toBe("algorithm_not_allowed");
      }
    });

    it.each(["RS1", "rs256", "ES256K", "RSA-OAEP", "dir", "ML-DSA-44", "__proto__", "constructor"])(
      "alg %s",
      async (alg) => {
        expect(await outcome(signToken(rsa, CLAIMS, { alg }), jwks(rsa))).toBe("algorithm_not_allowed");
      },
    );
  });

  describe("rejects a key of one algorithm under the name of another", () => {
    it.each([
      ["an RSA key for ES256", "ES256", jwks(rsa)],
      ["an RSA key for EdDSA", "EdDSA", jwks(rsa)],
      ["an RS256 key for PS256", "PS256", jwks(rsa)],
      ["an RS256 key for RS512", "RS512", jwks(rsa)],
      ["an RSA certificate for ES256", "ES256", keysOf({ rsa: selfSignedCertificate(rsa) })],
      ["an RSA certificate for EdDSA", "EdDSA", keysOf({ rsa: selfSignedCertificate(rsa) })],
    ])("%s", async (_, alg, keys) => {
      expect(await outcome(signToken(rsa, CLAIMS, { alg }), keys)).toBe("key_unsuitable");
    });

    it("a PKCS #1 signature that claims to be PSS, by a certificate that says neither", async () => {
      const keys = keysOf({ rsa: selfSignedCertificate(rsa) });
      expect(await outcome(signToken(rsa, CLAIMS, { alg: "PS256" }), keys)).toBe("signature_invalid");
    });
  });

  describe("takes no key from the token", () => {
    const brought = {
      jwk: attacker.publicJwk,
      jku: "http://127.0.0.1:1/keys",
      x5u: "http://127.0.0.1:1/certificate",
      x5c: [selfSignedCertificate(attacker).replace(/-----[^-]+-----|\n/g, "")],
    };

    it.each(Object.entries(brought))("rejects the attacker's own %s", async (name, value) => {
      expect(await outcome(signToken(attacker, CLAIMS, { [name]: value }), jwks(rsa))).toBe("signature_invalid");
    });

    it("ignores all of them in a token that the issuer signed", async () => {
      expect(await outcome(signToken(rsa, CLAIMS, brought), jwks(rsa))).toEqual(CLAIMS);
    });
  });

  describe("key id", () => {
    it("rejects one that the issuer does not know", async () => {
      expect(await outcome(signToken(rsa, CLAIMS, { kid: "other" }), jwks(rsa))).toBe("key_unknown");
    });

    it("rejects one that names another key than the one that signed", async () => {
      const other = createSigningKey("ES256", "other");
      expect(await outcome(signToken(ec, CLAIMS, { kid: "other" }), jwks(ec, other))).toBe("signature_invalid");
    });

    it.each([[1], [["rsa"]], [{}], [true]])("rejects %j, which is no string", async (kid) => {
      expect(await outcome(signToken(rsa, CLAIMS, { kid }), jwks(rsa))).toBe("token_malformed");
    });

    it.each([[undefined], [null], [""]])("%j names no key: each key of the kind is tried", async (kid) => {
      const keys = jwks(createSigningKey("RS256", "other"), ec, rsa);
      expect(await outcome(signToken(rsa, CLAIMS, { kid }), keys)).toEqual(CLAIMS);
      expect(await outcome(signToken(createSigningKey("RS256", "x"), CLAIMS, { kid }), keys)).toBe("signature_invalid");
    });

    it("names several keys: each is tried", async () => {
      const keys = jwks({ ...attacker, publicJwk: { ...attacker.publicJwk, kid: "rsa" } }, rsa);
      expect(await outcome(signToken(rsa, CLAIMS), keys)).toEqual(CLAIMS);
    });

    it("names a key that the issuer has replaced: the new one is fetched on the bad signature", async () => {
      const renewed = createSigningKey("RS256", "rsa");
      let now = 0;
      let published = rsa;
      const keys = new IssuerKeys({
        now: () => now,
        onFetchFailure: () => {},
        fetchDocument: async () => ({ body: JSON.stringify({ keys: [published.publicJwk] }), lifetimeSeconds: 600 }),
      });
      expect(await outcome(signToken(rsa, CLAIMS), keys)).toEqual(CLAIMS);
      published = renewed;
      expect(await outcome(signToken(renewed, CLAIMS), keys)).toBe("signature_invalid");
      now = 30_000;
      expect(await outcome(signToken(renewed, CLAIMS), keys)).toEqual(CLAIMS);
      expect(await outcome(signToken(rsa, CLAIMS), keys)).toBe("signature_invalid");
    });
  });

  describe("rejects an extension", () => {
    it.each([
      ["that nobody knows", { crit: ["exp"], exp: 1 }],
      ["b64, which a JWT must not use", { crit: ["b64"], b64: false }],
      ["b64 even when it changes nothing", { crit: ["b64"], b64: true }],
    ])("%s as critical_header_unsupported", async (_, header) => {
      expect(await outcome(signToken(rsa, CLAIMS, header), jwks(rsa))).toBe("critical_header_unsupported");
    });

    it.each([[[]], ["exp"], [[""]], [[1]]])("list that is malformed, %j, as token_malformed", async (crit) => {
      expect(await outcome(signToken(rsa, CLAIMS, { crit }), jwks(rsa))).toBe("token_malformed");
    });
  });

  describe("rejects as token_malformed", () => {
    it.each([
      ["a header that is no JSON", `${Buffer.from("header").toString("base64url")}.e30.AA`],
      ["a header that is a list", `${Buffer.from("[]").toString("base64url")}.e30.AA`],
      ["a header that is not UTF-8", `${Buffer.from('{"alg":"\xff"}', "latin1").toString("base64url")}.e30.AA`],
      ["a header of an impossible length", "a.e30.AA"],
      ["no alg", `${Buffer.from("{}").toString("base64url")}.e30.AA`],
      ["an alg that is no string", signToken(rsa, CLAIMS, { alg: ["RS256"] })],
      ["a signed payload that is no JSON", signText(rsa, "payload")],
      ["a signed list", signToken(rsa, [CLAIMS])],
      ["a signed string", signToken(rsa, "u1")],
      ["signed null", signToken(rsa, null)],
      ["a signed payload that is not UTF-8", signText(rsa, Buffer.from('{"sub":"\xff"}', "latin1"))],
    ])("%s", async (_, token) => {
      expect(await outcome(token, jwks(rsa))).toBe("token_malformed");
    });
  });

  it("asks for no key on behalf of a token that no key could save", async () => {
    const asked = () => Promise.reject(new Error("asked"));
    const keys = { find: asked, findRenewed: asked };
    for (const token of [
      unsignedToken(CLAIMS),
      signWithSecret("HS256", "secret", CLAIMS),
      signToken(rsa, CLAIMS, { crit: ["x"], x: 1 }),
      signToken(rsa, CLAIMS, { kid: 1 }),
      "a.b.c",
    ]) {
      await expect(verifyToken(token, keys)).rejects.toBeInstanceOf(TokenRefusedError);
    }
  });

  it("rejects every one-character change of a signed token", async () => {
    const keys = jwks(ec);
    const token = signToken(ec, CLAIMS);
    // The signature's last character carries bits that base64url ignores: changing those changes nothing.
    const positions = [...token].flatMap((character, at) => (character === "." || at === token.length - 1 ? [] : at));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...positions), fc.constantFrom(..."AbZ09-_"), async (index, character) => {
        fc.pre(token[index] !== character);
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        expect(typeof (await outcome(changed, keys))).toBe("string");
      }),
    );
  });

  it("reads certificates as node:crypto does", () => {
    const certificate = selfSignedCertificate(rsa);
    expect(createPublicKey(certificate).export({ format: "jwk" })).toEqual(rsa.publicKey.export({ format: "jwk" }));
  });
});
