import fc from "fast-check";
import { DENY_REASONS } from "../../../handlers/authorizer/deny-reason";
import { connectEvent } from "../../../support/connect-event";
import { createAuthorizer, deny } from "./support/authorizer";

describe("authorizer under hostile input", () => {
  describe("any bytes for a token", () => {
    const { handler } = createAuthorizer();
    const parts = fc.array(
      fc.oneof(
        fc.base64String(),
        fc.json().map((json) => Buffer.from(json).toString("base64url")),
      ),
    );
    const header = fc
      .record(
        {
          alg: fc.constantFrom("RS256", "ES256", "EdDSA", "HS256", "none", "x"),
          kid: fc.anything(),
          crit: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((value) => Buffer.from(JSON.stringify(value)).toString("base64url"));

    it.each([
      ["strings", fc.string({ unit: "binary" })],
      ["binary", fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("latin1"))],
      [
        "base64url of binary in three parts",
        fc
          .array(fc.uint8Array({ minLength: 1 }), { minLength: 3, maxLength: 3 })
          .map((list) => list.map((bytes) => Buffer.from(bytes).toString("base64url")).join(".")),
      ],
      ["dotted JSON", parts.map((list) => list.join("."))],
      [
        "plausible headers",
        fc.tuple(header, fc.base64String(), fc.base64String()).map((list) => list.join(".").replace(/[=+/]/g, "A")),
      ],
    ])("never throws and always denies: %s", async (_, tokens) => {
      await fc.assert(
        fc.asyncProperty(tokens, fc.boolean(), async (token, inHeader) => {
          const event = inHeader ? connectEvent(undefined, { headers: { Authorization: token } }) : connectEvent(token);
          const result = await handler(event);
          expect([result.principalId, result.policyDocument.Statement[0].Effect]).toEqual(["rogue", "Deny"]);
          expect(DENY_REASONS).toContain(result.context?.refusal);
        }),
      );
    });
  });

  it("refuses a megabyte of token without decoding it", async () => {
    const { handler } = createAuthorizer({ document: new Error("asked for keys") });
    const huge = `${"Bearer ".repeat(100_000)}${"A".repeat(1_000_000)}`;
    expect(await handler(connectEvent(huge))).toEqual(deny("token_too_large"));
  });
});
