import fc from "fast-check";
import { TokenRefusedError } from "../../../handlers/authorizer/deny-reason";
import { extractToken, MAX_TOKEN_LENGTH } from "../../../handlers/authorizer/token";
import type { TokenSource } from "../../../src/contract/token-sources";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl";

const inQuery = (authorization: string) => ({ queryStringParameters: { authorization } });

function reasonFor(event: Parameters<typeof extractToken>[0], source: TokenSource = "either"): string {
  try {
    return `accepted ${extractToken(event, source)}`;
  } catch (error) {
    return error instanceof TokenRefusedError ? error.reason : `threw ${error}`;
  }
}

describe("extractToken", () => {
  it.each([
    ["the query parameter", inQuery(TOKEN)],
    ["the query parameter with Bearer", inQuery(`Bearer ${TOKEN}`)],
    ["a percent-encoded Bearer that was not decoded", inQuery(`Bearer%20${TOKEN}`)],
    ["a form-encoded Bearer that was not decoded", inQuery(`Bearer+${TOKEN}`)],
    ["the header Authorization", { headers: { Authorization: `Bearer ${TOKEN}` } }],
    ["the header authorization", { headers: { Host: "x", authorization: `bearer ${TOKEN}` } }],
    ["the header AUTHORIZATION without Bearer", { headers: { AUTHORIZATION: TOKEN } }],
    ["BEARER and several spaces", { headers: { Authorization: `BEARER   ${TOKEN}` } }],
    ["white space around it", inQuery(`  Bearer ${TOKEN}\t`)],
    ["the header when the parameter is empty", { ...inQuery(""), headers: { Authorization: TOKEN } }],
  ])("reads the token from %s", (_, event) => {
    expect(extractToken(event, "either")).toBe(TOKEN);
  });

  describe("of a request that has a token in both places", () => {
    const both = { ...inQuery(TOKEN), headers: { authorization: "Bearer a.b.c" } };

    it.each([
      ["query", TOKEN],
      ["header", "a.b.c"],
      ["either", TOKEN],
    ] as const)("reads, from the source %s, %s", (source, token) => {
      expect(extractToken(both, source)).toBe(token);
    });
  });

  it.each([
    ["the header", "query", { headers: { Authorization: TOKEN } }],
    ["the query parameter", "header", inQuery(TOKEN)],
  ] as const)("does not look into %s when the source is %s", (_, source, event) => {
    expect(reasonFor(event, source)).toBe("token_missing");
  });

  it.each([
    ["nothing at all", {}],
    ["null maps", { headers: null, queryStringParameters: null }],
    ["an empty parameter", inQuery("")],
    ["white space", inQuery(" \t ")],
    ["Bearer alone", inQuery("Bearer ")],
    ["Bearer alone, percent-encoded", inQuery("Bearer%20")],
    ["another parameter", { queryStringParameters: { token: TOKEN } }],
    ["another header", { headers: { "X-Authorization": TOKEN } }],
  ])("rejects %s as token_missing", (_, event) => {
    expect(reasonFor(event)).toBe("token_missing");
  });

  it.each([
    ["one part", "abc"],
    ["two parts", "a.b"],
    ["four parts", "a.b.c.d"],
    ["an encrypted JWT's five parts", "a.b.c.d.e"],
    ["an empty header", ".b.c"],
    ["an empty payload", "a..c"],
    ["padding", "YQ==.Yg==.Yw=="],
    ["plain base64", "a+b.c/d.e"],
    ["white space inside", "a.b .c"],
    ["a line break at the end of a part", "a.b\n.c"],
    ["another scheme", `Basic ${TOKEN}`],
    ["Bearer without a space", `Bearer${"\u00a0"}${TOKEN}`],
    ["Bearer twice", `Bearer Bearer ${TOKEN}`],
    ["other than ASCII", "ä.b.c"],
  ])("rejects %s as token_malformed", (_, value) => {
    expect(reasonFor(inQuery(value))).toBe("token_malformed");
  });

  it("takes a token of exactly the limit and rejects one character more as token_too_large", () => {
    const longest = `a.b.${"c".repeat(MAX_TOKEN_LENGTH - 4)}`;
    expect(extractToken(inQuery(longest), "either")).toBe(longest);
    expect(extractToken(inQuery(`Bearer%20${longest}`), "either")).toBe(longest);
    expect(reasonFor(inQuery(`${longest}c`))).toBe("token_too_large");
    expect(reasonFor(inQuery(`Bearer ${longest}c`))).toBe("token_too_large");
  });

  it("decides any string by a reason or by the token within it", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."ab.-_ =+%20") })),
        (value) => {
          const reason = reasonFor(inQuery(value));
          const isShapedLikeToken = /^accepted [\w-]+\.[\w-]+\.[\w-]*$/.test(reason);
          expect(isShapedLikeToken || ["token_missing", "token_malformed"].includes(reason)).toBe(true);
        },
      ),
    );
  });
});
