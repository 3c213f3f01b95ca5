import fc from "fast-check";
import { parseKeyDocument } from "../../../handlers/authorizer/key-document";
import { KeyFetchError } from "../../../handlers/authorizer/key-fetch-error";
import { selfSignedCertificate } from "../../../support/certificate";
import { createSigningKey } from "../../../support/signing-key";

const rsa = createSigningKey("RS256", "rsa-1");
const ec = createSigningKey("ES256", "ec-1");

const keyIds = (document: unknown) => parseKeyDocument(JSON.stringify(document)).map((key) => key.kid);

describe("parseKeyDocument", () => {
  it("reads a JWKS by its shape", () => {
    expect(keyIds({ keys: [rsa.publicJwk, ec.publicJwk] })).toEqual(["rsa-1", "ec-1"]);
  });

  it("reads a map of key id to X.509 certificate by its shape", () => {
    const [key, other] = parseKeyDocument(
      JSON.stringify({ one: selfSignedCertificate(rsa), two: selfSignedCertificate(ec) }),
    );
    expect([key?.kid, key?.fits("RS256"), key?.fits("ES256")]).toEqual(["one", true, false]);
    expect([other?.kid, other?.fits("RS256"), other?.fits("ES256")]).toEqual(["two", false, true]);
  });

  it.each([
    ["a shared secret", { kty: "oct", k: "c2VjcmV0", kid: "x" }],
    ["an encryption key", { ...rsa.publicJwk, use: "enc" }],
    ["a key for other operations", { ...rsa.publicJwk, key_ops: ["encrypt"] }],
    ["key operations that are no list", { ...rsa.publicJwk, key_ops: "verify" }],
    ["a private key", rsa.privateKey.export({ format: "jwk" })],
    ["an unknown key type", { kty: "AKP", alg: "ML-DSA-44", pub: "AA", kid: "x" }],
    ["a key without its modulus", { ...rsa.publicJwk, n: undefined }],
    ["a coordinate that is a number", { ...ec.publicJwk, x: 1 }],
    ["a key id that is no string", { ...ec.publicJwk, kid: 1 }],
    ["an algorithm that is no string", { ...ec.publicJwk, alg: ["ES256"] }],
    ["null", null],
    ["a string", "key"],
  ])("leaves %s out of a JWKS", (_, jwk) => {
    expect(keyIds({ keys: [jwk, ec.publicJwk] })).toEqual(["ec-1"]);
  });

  it.each([
    ["a broken certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"],
    ["a private key", rsa.privateKey.export({ type: "pkcs8", format: "pem" })],
    ["a private key of PKCS #1", rsa.privateKey.export({ type: "pkcs1", format: "pem" })],
    ["a private key of SEC 1", ec.privateKey.export({ type: "sec1", format: "pem" })],
    ["a broken public key", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"],
    ["a number", 1],
  ])("leaves %s out of an X.509 map", (_, value) => {
    expect(keyIds({ bad: value, good: selfSignedCertificate(rsa) })).toEqual(["good"]);
  });

  it.each([
    ["", "nothing"],
    ["<html>", "not JSON"],
    ["null", "null"],
    ["[]", "a list"],
    ['"keys"', "a string"],
    ["{}", "an empty object"],
    ['{"keys":[{}]}', "a JWKS in which no key is usable"],
    ['{"keys":null}', "keys that are null"],
    ['{"keys":{}}', "keys that are no list"],
    ['{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/keys"}', "the discovery document"],
  ])("rejects %s: %s", (body) => {
    expect(() => parseKeyDocument(body)).toThrow(new KeyFetchError("document_invalid"));
  });

  it("reads a map of key id to public key in PEM", () => {
    const [one, two, three] = parseKeyDocument(
      JSON.stringify({
        one: rsa.publicKey.export({ type: "spki", format: "pem" }),
        two: rsa.publicKey.export({ type: "pkcs1", format: "pem" }),
        three: ec.publicKey.export({ type: "spki", format: "pem" }),
      }),
    );
    expect([one?.kid, one?.fits("RS256"), two?.kid, two?.fits("RS256"), three?.kid, three?.fits("ES256")]).toEqual([
      "one",
      true,
      "two",
      true,
      "three",
      true,
    ]);
  });

  it.each([
    ["d is null", { d: null }],
    ["d is empty", { d: "" }],
    ["use is null", { use: null }],
    ["use is empty", { use: "" }],
    ["key_ops are null", { key_ops: null }],
    ["key_ops are empty", { key_ops: [] }],
    ["alg is null", { alg: null }],
    ["alg is empty", { alg: "" }],
    ["all that it does not use is null", { d: null, p: null, q: null, k: null, x5c: null, x5t: null, x5u: null }],
  ])("reads a key whose %s as one without it", (_, members) => {
    const [key, ...others] = parseKeyDocument(JSON.stringify({ keys: [{ ...rsa.publicJwk, ...members }] }));
    expect([key?.kid, key?.fits("RS256"), others]).toEqual(["rsa-1", true, []]);
  });

  it.each([[null], [""]])("reads a key id of %j as none", (kid) => {
    expect(keyIds({ keys: [{ ...rsa.publicJwk, kid }] })).toEqual([undefined]);
  });

  it("reads a key that is published twice as one", () => {
    expect(keyIds({ keys: [rsa.publicJwk, ec.publicJwk, { ...rsa.publicJwk }] })).toEqual(["rsa-1", "ec-1"]);
  });

  it("reads an empty JWKS: the issuer has withdrawn every key", () => {
    expect(keyIds({ keys: [] })).toEqual([]);
  });

  it("rejects any other text by the same error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"keys":[${json}]}`),
        ),
        (body) => {
          fc.pre(!/"keys":\s*\[\s*\]/.test(body));
          expect(() => parseKeyDocument(body)).toThrow(new KeyFetchError("document_invalid"));
        },
      ),
    );
  });
});
