import fc from "fast-check";
import { TokenRefusedError } from "../../../handlers/authorizer/deny-reason";
import { extractToken, MAX_TOKEN_LENGTH } from "../../../handlers/authorizer/token";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl";

const inQuery = (authorization: string) => ({ queryStringParameters: { authorization } });

function reasonFor(event: Parameters<typeof extractToken>[0]): string {
  try {
    return `accepted ${extractToken(event)}`;
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
    expect(extractToken(event)).toBe(TOKEN);
  });

  it("prefers the query parameter, which is API Gateway's identity source", () => {
    expect(extractToken({ ...inQuery(TOKEN), headers: { Authorization: "Bearer a.b.c" } })).toBe(TOKEN);
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
    expect(extractToken(inQuery(longest))).toBe(longest);
    expect(extractToken(inQuery(`Bearer%20${longest}`))).toBe(longest);
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
