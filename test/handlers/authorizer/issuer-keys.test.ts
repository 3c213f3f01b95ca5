import type { webcrypto } from "node:crypto";
import { TokenRefusedError } from "../../../handlers/authorizer/deny-reason";
import type { KeyDocument } from "../../../handlers/authorizer/fetch-key-document";
import { IssuerKeys, MAX_CANDIDATES } from "../../../handlers/authorizer/issuer-keys";
import { IssuerKeysUnavailableError, KeyFetchError } from "../../../handlers/authorizer/key-fetch-error";
import { selfSignedCertificate } from "../../../support/certificate";
import { asAlgorithm, createSigningKey, type SigningKey } from "../../../support/signing-key";

const first = createSigningKey("ES256", "first");
const second = createSigningKey("ES256", "second");
const rsa = createSigningKey("RS256", "rsa");

const documentOf = (...keys: readonly SigningKey[]): KeyDocument => ({
  body: JSON.stringify({ keys: keys.map((key) => key.publicJwk) }),
  lifetimeSeconds: 600,
});

/** An issuer that publishes `document`, or fails with it; both may change at any time, as may `now`. */
function createIssuer(document: KeyDocument | Error = documentOf(first)) {
  const issuer = {
    document,
    now: 1_800_000_000_000,
    fetches: 0,
    failures: [] as string[],
    /** Set: an answer waits until this is called. */
    release: undefined as (() => void) | undefined,
    hold: false,
  };
  const keys = new IssuerKeys({
    now: () => issuer.now,
    onFetchFailure: ({ failure }) => issuer.failures.push(failure),
    fetchDocument: async () => {
      issuer.fetches += 1;
      if (issuer.hold) {
        await new Promise<void>((resolve) => {
          issuer.release = resolve;
        });
      }
      if (issuer.document instanceof Error) {
        throw issuer.document;
      }
      return issuer.document;
    },
  });
  return { issuer, keys };
}

/** The one key that was found. */
async function only(found: ReturnType<IssuerKeys["find"]>): Promise<webcrypto.CryptoKey> {
  const keys = await found;
  expect(keys).toHaveLength(1);
  return keys[0] as webcrypto.CryptoKey;
}

const refused = (reason: TokenRefusedError["reason"]) => new TokenRefusedError(reason);

describe("IssuerKeys", () => {
  describe("finds the key", () => {
    it("of the token's key id", async () => {
      const { keys } = createIssuer(documentOf(rsa, first, second));
      const key = await only(keys.find("second", "ES256"));
      expect(await crypto.subtle.exportKey("jwk", key)).toMatchObject({ x: second.publicJwk.x, y: second.publicJwk.y });
    });

    it("once imported, again and again", async () => {
      const { keys } = createIssuer();
      expect(await only(keys.find("first", "ES256"))).toBe(await only(keys.find("first", "ES256")));
    });

    it("for each algorithm of an RSA key that names none", async () => {
      const { keys } = createIssuer(documentOf({ ...rsa, publicJwk: { ...rsa.publicJwk, alg: undefined } }));
      const algorithms = await Promise.all(
        (["RS256", "RS512", "PS256"] as const).map(async (alg) => (await only(keys.find("rsa", alg))).algorithm),
      );
      expect(algorithms.map((algorithm) => [algorithm.name, "hash" in algorithm && algorithm.hash])).toEqual([
        ["RSASSA-PKCS1-v1_5", { name: "SHA-256" }],
        ["RSASSA-PKCS1-v1_5", { name: "SHA-512" }],
        ["RSA-PSS", { name: "SHA-256" }],
      ]);
    });

    it("without a key id, when one key alone fits the algorithm", async () => {
      const { keys } = createIssuer(documentOf(rsa, first));
      expect((await only(keys.find(undefined, "ES256"))).algorithm).toMatchObject({
        name: "ECDSA",
        namedCurve: "P-256",
      });
    });

    it("without a key id, by its type and curve, when the issuer gives no key an algorithm", async () => {
      const others = [rsa, createSigningKey("ES384", "p-384"), createSigningKey("EdDSA", "ed25519"), first];
      const document = documentOf(
        ...others.map((key) => ({ ...key, publicJwk: { ...key.publicJwk, alg: undefined } })),
      );
      const { keys } = createIssuer(document);
      expect((await only(keys.find(undefined, "RS256"))).algorithm).toMatchObject({ name: "RSASSA-PKCS1-v1_5" });
      expect((await only(keys.find(undefined, "ES256"))).algorithm).toMatchObject({ namedCurve: "P-256" });
      expect((await only(keys.find(undefined, "ES384"))).algorithm).toMatchObject({ namedCurve: "P-384" });
      expect((await only(keys.find(undefined, "EdDSA"))).algorithm).toMatchObject({ name: "Ed25519" });
    });

    it("all that fit the algorithm, when the token names none of them", async () => {
      const { keys } = createIssuer(documentOf(first, rsa, second));
      expect(await keys.find(undefined, "ES256")).toHaveLength(2);
    });

    it("all that are published under its key id", async () => {
      const twin = { ...second, publicJwk: { ...second.publicJwk, kid: "first" } };
      expect(await createIssuer(documentOf(first, twin)).keys.find("first", "ES256")).toHaveLength(2);
    });

    it("once, though the issuer publishes it twice", async () => {
      const { keys } = createIssuer(documentOf(first, first));
      expect(await keys.find("first", "ES256")).toHaveLength(1);
      expect(await keys.find(undefined, "ES256")).toHaveLength(1);
    });

    it("of an X.509 map", async () => {
      const body = JSON.stringify({ one: selfSignedCertificate(rsa), two: selfSignedCertificate(first) });
      const { keys } = createIssuer({ body, lifetimeSeconds: 600 });
      expect((await only(keys.find("one", "RS256"))).algorithm).toMatchObject({ name: "RSASSA-PKCS1-v1_5" });
    });
  });

  describe("rejects", () => {
    it("an unknown key id", async () => {
      await expect(createIssuer().keys.find("third", "ES256")).rejects.toThrow(refused("key_unknown"));
    });

    it("a missing key id when no key fits the algorithm", async () => {
      await expect(createIssuer().keys.find(undefined, "RS256")).rejects.toThrow(refused("key_unknown"));
    });

    it("more keys than one token is tried with", async () => {
      const many = Array.from({ length: MAX_CANDIDATES + 1 }, (_, i) => createSigningKey("ES256", `key-${i}`));
      await expect(createIssuer(documentOf(...many)).keys.find(undefined, "ES256")).rejects.toThrow(
        refused("key_ambiguous"),
      );
      await expect(createIssuer(documentOf(...many.slice(1))).keys.find(undefined, "ES256")).resolves.toHaveLength(
        MAX_CANDIDATES,
      );
    });

    it.each([
      ["another key type", rsa, "ES256"],
      ["another curve", first, "ES384"],
      ["another algorithm than the issuer gave it", rsa, "PS256"],
      ["another type in an X.509 map", undefined, "EdDSA"],
      ["RSA of 1,024 bits", createSigningKey("RS256", "weak", { rsaBits: 1_024 }), "RS256"],
      [
        "a point that is not on the curve",
        { ...first, publicJwk: { ...first.publicJwk, x: second.publicJwk.x } },
        "ES256",
      ],
    ] as const)("a key of %s as key_unsuitable", async (_, key, algorithm) => {
      const map = { body: JSON.stringify({ map: selfSignedCertificate(rsa) }), lifetimeSeconds: 600 };
      const { keys } = createIssuer(key ? documentOf(key) : map);
      await expect(keys.find(key?.kid ?? "map", algorithm)).rejects.toThrow(refused("key_unsuitable"));
    });

    it("an algorithm other than the one that names the key's own, though the key could verify it", async () => {
      const { keys } = createIssuer(documentOf(asAlgorithm(rsa, "RS512")));
      await expect(keys.find("rsa", "RS256")).rejects.toThrow(refused("key_unsuitable"));
    });
  });

  describe("fetches", () => {
    it("once for 100 concurrent callers", async () => {
      const { issuer, keys } = createIssuer();
      issuer.hold = true;
      const found = Array.from({ length: 100 }, () => keys.find("first", "ES256"));
      await Promise.resolve();
      issuer.release?.();
      expect(new Set((await Promise.all(found)).flat()).size).toBe(1);
      expect(issuer.fetches).toBe(1);
    });

    it("once, though the answer takes longer than a failed issuer is left alone", async () => {
      const { issuer, keys } = createIssuer();
      issuer.hold = true;
      const early = keys.find("first", "ES256");
      issuer.now += 2_900;
      const late = keys.find("first", "ES256");
      issuer.release?.();
      expect((await early)[0]).toBe((await late)[0]);
      expect(issuer.fetches).toBe(1);
    });

    it("not again while the keys are fresh, and once they are not", async () => {
      const { issuer, keys } = createIssuer();
      await keys.find("first", "ES256");
      issuer.now += 599_999;
      await keys.find("first", "ES256");
      expect(issuer.fetches).toBe(1);
      issuer.now += 1;
      await keys.find("first", "ES256");
      expect(issuer.fetches).toBe(2);
    });

    it("a rotated key as soon as a token names it, 30 s after the last fetch", async () => {
      const { issuer, keys } = createIssuer();
      await keys.find("first", "ES256");
      issuer.document = documentOf(second);
      issuer.now += 30_000;
      await expect(keys.find("second", "ES256")).resolves.toBeDefined();
      expect(issuer.fetches).toBe(2);
      await expect(keys.find("first", "ES256")).rejects.toThrow(refused("key_unknown"));
      expect(issuer.fetches).toBe(2);
    });

    it("once per 30 s under a flood of unknown key ids", async () => {
      const { issuer, keys } = createIssuer();
      for (let second = 0; second < 90; second += 1) {
        const flood = Array.from({ length: 10 }, (_, i) => keys.find(`unknown-${second}-${i}`, "ES256"));
        for (const { status } of await Promise.allSettled(flood)) {
          expect(status).toBe("rejected");
        }
        issuer.now += 1_000;
      }
      expect(issuer.fetches).toBe(3);
    });
  });

  it("obeys an issuer that withdraws every key, until it publishes one again", async () => {
    const { issuer, keys } = createIssuer();
    await keys.find("first", "ES256");
    issuer.document = { body: '{"keys":[]}', lifetimeSeconds: 600 };
    issuer.now += 600_000;
    await expect(keys.find("first", "ES256")).rejects.toThrow(refused("key_unknown"));
    await expect(keys.find(undefined, "ES256")).rejects.toThrow(refused("key_unknown"));
    expect(issuer.failures).toEqual([]);
    issuer.document = documentOf(second);
    issuer.now += 30_000;
    await expect(keys.find("second", "ES256")).resolves.toHaveLength(1);
  });

  describe("after a bad signature, gives", () => {
    const renewed = { ...second, publicJwk: { ...second.publicJwk, kid: "first" } };

    it("the new key under an old id, once the last fetch is 30 s ago", async () => {
      const { issuer, keys } = createIssuer();
      const tried = await keys.find("first", "ES256");
      issuer.document = documentOf(renewed);
      issuer.now += 29_999;
      expect(await keys.findRenewed("first", "ES256", tried)).toEqual([]);
      issuer.now += 1;
      const renewal = await keys.findRenewed("first", "ES256", tried);
      expect(renewal).toHaveLength(1);
      expect(renewal[0]).toBe(await only(keys.find("first", "ES256")));
      expect(renewal[0]).not.toBe(tried[0]);
      expect(issuer.fetches).toBe(2);
    });

    it("nothing when the issuer publishes the same keys, and asks for them once per 30 s under a flood", async () => {
      const { issuer, keys } = createIssuer();
      const tried = await keys.find("first", "ES256");
      for (let second = 0; second < 90; second += 1) {
        const flood = Array.from({ length: 10 }, () => keys.findRenewed("first", "ES256", tried));
        expect((await Promise.all(flood)).flat()).toEqual([]);
        issuer.now += 1_000;
      }
      expect(issuer.fetches).toBe(3);
    });

    it("nothing when the issuer fails", async () => {
      const { issuer, keys } = createIssuer();
      const tried = await keys.find("first", "ES256");
      issuer.document = new KeyFetchError("timeout");
      issuer.now += 30_000;
      expect(await keys.findRenewed("first", "ES256", tried)).toEqual([]);
    });
  });

  it("finds a new key of another kind under an old id", async () => {
    const { issuer, keys } = createIssuer();
    await expect(keys.find("first", "ES256")).resolves.toHaveLength(1);
    issuer.document = documentOf({ ...rsa, publicJwk: { ...rsa.publicJwk, kid: "first" } });
    issuer.now += 30_000;
    await expect(keys.find("first", "RS256")).resolves.toHaveLength(1);
  });

  describe("when the issuer fails", () => {
    it("keeps the stale keys and asks again every 30 s", async () => {
      const { issuer, keys } = createIssuer();
      await keys.find("first", "ES256");
      issuer.document = new KeyFetchError("timeout");
      issuer.now += 3_600_000;
      for (let second = 0; second < 60; second += 1) {
        await expect(keys.find("first", "ES256")).resolves.toBeDefined();
        issuer.now += 1_000;
      }
      expect(issuer.failures).toEqual(["timeout", "timeout"]);
      issuer.document = documentOf(second);
      await expect(keys.find("second", "ES256")).resolves.toBeDefined();
    });

    it.each([['{"keys":[{"kty":"oct","k":"AA"}]}'], ["{}"], ["<html>"]])(
      "keeps the keys at hand over %s, which has no key that verifies anything",
      async (body) => {
        const { issuer, keys } = createIssuer();
        await keys.find("first", "ES256");
        issuer.document = { body, lifetimeSeconds: 600 };
        issuer.now += 600_000;
        await expect(keys.find("first", "ES256")).resolves.toHaveLength(1);
        expect(issuer.failures).toEqual(["document_invalid"]);
      },
    );

    it("uses the keys for 24 h after their lifetime, and no longer", async () => {
      const { issuer, keys } = createIssuer();
      await keys.find("first", "ES256");
      issuer.document = new KeyFetchError("timeout");
      issuer.now += 600_000 + 24 * 3_600_000 - 1;
      await expect(keys.find("first", "ES256")).resolves.toHaveLength(1);
      issuer.now += 1;
      await expect(keys.find("first", "ES256")).rejects.toThrow(new IssuerKeysUnavailableError());
      issuer.document = documentOf(first);
      issuer.now += 1_000;
      await expect(keys.find("first", "ES256")).resolves.toHaveLength(1);
    });

    it("throws instead of judging, as long as there is no key at all", async () => {
      const { issuer, keys } = createIssuer(new KeyFetchError("unreachable", "ECONNREFUSED"));
      await expect(keys.find("first", "ES256")).rejects.toThrow(new IssuerKeysUnavailableError());
      expect(issuer.failures).toEqual(["unreachable"]);
    });

    it("leaves it alone for a second, then asks again", async () => {
      const { issuer, keys } = createIssuer(new KeyFetchError("status", "503"));
      const attempt = () => keys.find("first", "ES256").then(() => "found", String);
      expect(await attempt()).toBe("IssuerKeysUnavailableError: issuer_keys_unavailable");
      issuer.document = documentOf(first);
      issuer.now += 999;
      expect(await attempt()).toBe("IssuerKeysUnavailableError: issuer_keys_unavailable");
      expect(issuer.fetches).toBe(1);
      issuer.now += 1;
      expect(await attempt()).toBe("found");
      expect(issuer.fetches).toBe(2);
    });

    it("passes on what is no failure of the issuer", async () => {
      const { issuer, keys } = createIssuer(new RangeError("a defect"));
      await expect(keys.find("first", "ES256")).rejects.toThrow(new RangeError("a defect"));
      expect(issuer.failures).toEqual([]);
    });
  });
});
