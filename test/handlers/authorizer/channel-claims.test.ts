import { connectEvent } from "../../../support/connect-event";
import { signToken } from "../../../support/signing-key";
import { allow, CLAIMS, createAuthorizer, deny, rsa } from "./support/authorizer";

const ENVIRONMENT = { CHANNELS_SUBSCRIBE_CLAIM: "subscribe", CHANNELS_POST_CLAIM: "https://shop.example/post" };

async function decide(claims: object, environment: object = ENVIRONMENT, sub: unknown = "user-1") {
  const { handler, lines } = createAuthorizer({ environment: { ...environment } });
  const result = await handler(connectEvent(signToken(rsa, { ...CLAIMS, sub, ...claims })));
  return { result, line: JSON.parse(lines[0] ?? "{}") as Record<string, unknown> };
}

const admitted = (grants: string) => ({ ...allow("user-1"), context: { grants } });

describe("the channels of a token", () => {
  it.each([
    [{ subscribe: ["room:*", "lobby"] }, "room:* lobby;"],
    [{ subscribe: "room:* lobby" }, "room:* lobby;"],
    [{ subscribe: " room:*   lobby " }, "room:* lobby;"],
    [{ subscribe: "*", "https://shop.example/post": ["room:42"] }, "*;room:42"],
    [{ "https://shop.example/post": "room:42" }, ";room:42"],
    [{ subscribe: ["room:1", "room:1"] }, "room:1;"],
  ])("%j are the grants %j", async (claims, grants) => {
    const { result, line } = await decide(claims);
    expect(result).toEqual(admitted(grants));
    expect(line).not.toHaveProperty("ignoredPatterns");
  });

  it.each([{}, { subscribe: null }, { subscribe: [] }, { subscribe: "" }, { subscribe: " " }])(
    "%j are no grants",
    async (claims) => expect((await decide(claims)).result).toEqual(allow("user-1")),
  );

  it("are no grants when no claim is named", async () => {
    const { result } = await decide({ subscribe: ["*"], "https://shop.example/post": "*" }, {});
    expect(result).toEqual(allow("user-1"));
  });

  it.each([
    [["room/42", "room:42"], "room:42;", 1],
    ["openid read:orders https://shop.example/x room:*", "openid read:orders room:*;", 1],
    [["room:**", "zimmer:ü", "n".repeat(129), 42, null, ["room:1"], { a: 1 }, "room;1", "room 1"], undefined, 9],
    [42, undefined, 1],
    [true, undefined, 1],
    [{ "room:42": true }, undefined, 1],
  ])("leave out what is not a pattern, and say how often: %j", async (subscribe, grants, ignored) => {
    const { result, line } = await decide({ subscribe });
    expect(result).toEqual(grants === undefined ? allow("user-1") : admitted(grants));
    expect(line).toMatchObject({ decision: "allow", ignoredPatterns: ignored });
  });

  it("never reach the log", async () => {
    const { handler, lines } = createAuthorizer({ environment: ENVIRONMENT });
    await handler(connectEvent(signToken(rsa, { ...CLAIMS, subscribe: ["secret-room:7", "bad/pattern"] })));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/secret-room|bad\/pattern/);
  });

  it("refuse the token when they are longer than 4 KB, and are never cut", async () => {
    const most = Array.from({ length: 32 }, (_, index) => `${index}`.padEnd(127, "n"));
    expect((await decide({ subscribe: most })).result).toEqual(admitted(`${most.join(" ")};`));
    const { result, line } = await decide({ subscribe: [...most, "o"] });
    expect(result).toEqual(deny("grants_too_large"));
    expect(line).toMatchObject({ decision: "deny", reason: "grants_too_large" });
  });

  it("refuse the token when they leave no room for the user's id in the answer of 8 KB", async () => {
    const environment = { CHANNELS_SUBSCRIBE_CLAIM: "channels", CHANNELS_POST_CLAIM: "channels" };
    const channels = Array.from({ length: 15 }, (_, index) => `${index}`.padEnd(127, "n"));
    const longest = '"'.repeat(1_860);
    expect((await decide({ channels }, environment)).result.context?.grants).toHaveLength(3_839);
    expect((await decide({ channels }, environment, longest)).result).toEqual(deny("grants_too_large"));
    const { result } = await decide({ channels }, environment, longest.slice(0, 1_700));
    expect(result.context?.grants).toHaveLength(3_839);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(8_192);
  });
});
