import { DENY_REASONS, type DenyReason } from "../../../handlers/authorizer/deny-reason";
import { KeyFetchError } from "../../../handlers/authorizer/key-fetch-error";
import { API_STAGE, connectEvent } from "../../../support/connect-event";
import { signToken } from "../../../support/signing-key";
import { allow, CLAIMS, createAuthorizer, deny, REFUSED, rsa, signedWith } from "./support/authorizer";

describe("authorizer", () => {
  it("admits a signed token, as its subject, to this API's stage only", async () => {
    const { handler } = createAuthorizer();
    expect(await handler(connectEvent(signToken(rsa, CLAIMS)))).toEqual(allow("user-1"));
  });

  it("admits to each of several stages, naming the one that was asked for", async () => {
    const test = "arn:aws:execute-api:eu-west-1:123456789012:f6g7h8/test";
    const { handler } = createAuthorizer({ environment: { AUTHORIZED_APIS: `${API_STAGE},${test}` } });
    const result = await handler(connectEvent(signToken(rsa, CLAIMS), { methodArn: `${test}/$connect` }));
    expect(result.policyDocument.Statement[0].Resource).toBe(`${test}/$connect`);
  });

  it.each(Object.entries(REFUSED))("rejects with %s", async (reason, event) => {
    const { handler } = createAuthorizer();
    expect(await handler(event)).toEqual(deny(reason as DenyReason, event.methodArn ?? "*"));
  });

  it("has a request above for every documented reason", () => {
    expect(Object.keys(REFUSED).sort()).toEqual([...DENY_REASONS].sort());
  });

  it.each([
    ["another stage", "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/test/$connect"],
    ["another API", "arn:aws:execute-api:eu-west-1:123456789012:zzzzzzzzzz/live/$connect"],
    ["another account", "arn:aws:execute-api:eu-west-1:210987654321:a1b2c3d4e5/live/$connect"],
    ["another region", "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/live/$connect"],
    ["another route", `${API_STAGE}/send`],
    ["a wildcard", `${API_STAGE}/*`],
    ["the bare stage", API_STAGE],
    ["a stage below", `${API_STAGE}/x/$connect`],
  ])("rejects a request for %s, whatever the token", async (_, methodArn) => {
    const { handler } = createAuthorizer();
    expect(await handler(connectEvent(signToken(rsa, CLAIMS), { methodArn }))).toEqual(
      deny("api_not_authorized", methodArn),
    );
  });

  it.each([[{}], [{ methodArn: null, headers: null, queryStringParameters: null, requestContext: null }]])(
    "rejects the event %j, which has nothing in it",
    async (event) => {
      expect(await createAuthorizer().handler(event)).toEqual(deny("api_not_authorized", "*"));
    },
  );

  describe("without any key to judge by", () => {
    const hidden = "https://issuer.example/keys";

    it("throws one code, so that API Gateway answers 500, not 403", async () => {
      const { handler, lines } = createAuthorizer({ document: new KeyFetchError("unreachable", "ENOTFOUND") });
      const token = signToken(rsa, CLAIMS);
      const error = await handler(connectEvent(token)).catch((thrown: unknown) => thrown);
      expect(String(error)).toBe("IssuerKeysUnavailableError: issuer_keys_unavailable");
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        { level: "warn", code: "issuer_keys_fetch_failed", failure: "unreachable", detail: "ENOTFOUND" },
        {
          level: "error",
          code: "authorization_failed",
          apiRequestId: "UoqKNGJ6DoEFZ3Q=",
          connectionId: "UoqKNeLPjoECIpQ=",
          reason: "issuer_keys_unavailable",
        },
      ]);
      expect(lines.join() + String((error as Error).stack)).not.toContain(hidden);
    });

    it("still rejects what no key could save", async () => {
      const { handler } = createAuthorizer({ document: new KeyFetchError("timeout") });
      expect(await handler(REFUSED.algorithm_not_allowed)).toEqual(deny("algorithm_not_allowed"));
      expect(await handler(REFUSED.token_missing)).toEqual(deny("token_missing"));
    });

    it("throws a defect as it is, logged as nothing but a code", async () => {
      const { handler, lines } = createAuthorizer({ document: new RangeError(`defect at ${hidden}`) });
      await expect(handler(connectEvent(signToken(rsa, CLAIMS)))).rejects.toThrow(RangeError);
      expect(JSON.parse(String(lines[0]))).toMatchObject({ level: "error", reason: "internal_error" });
      expect(lines.join()).not.toContain(hidden);
    });
  });

  describe("API Gateway's limit of 8 KB for the result", () => {
    it.each([
      ["the longest subject", "x".repeat(2_048)],
      ["the longest subject, of characters that JSON doubles", '"\\'.repeat(1_024)],
      ["the longest subject in emoji", "😀".repeat(512)],
    ])("holds for %s", async (_, sub) => {
      const result = await createAuthorizer().handler(signedWith({ sub }));
      expect(result.principalId).toBe(sub);
      expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(8_192 - 3_000);
    });
  });
});
