import fc from "fast-check";
import { parseConfiguration } from "../../../handlers/authorizer/configuration";
import type { ConnectEvent } from "../../../handlers/authorizer/connect-event";
import { createHandler } from "../../../handlers/authorizer/create-handler";
import { DENY_REASONS, type DenyReason } from "../../../handlers/authorizer/deny-reason";
import { KeyFetchError } from "../../../handlers/authorizer/key-fetch-error";
import { selfSignedCertificate } from "./support/certificate";
import { API_STAGE, connectEvent } from "./support/connect-event";
import { startKeyServer } from "./support/key-server";
import { createSigningKey, signToken, unsignedToken } from "./support/signing-key";

const NOW_SECONDS = 1_795_507_200;
const ISSUER = "https://issuer.example/";

const rsa = createSigningKey("RS256", "rsa-1");
const ec = createSigningKey("ES256", "ec-1");
const twin = createSigningKey("ES256", "twin");
const anotherTwin = createSigningKey("ES256", "twin");

const CLAIMS = { iss: ISSUER, aud: "app", sub: "user-1", iat: NOW_SECONDS - 10, exp: NOW_SECONDS + 3_600 };

interface Stage {
  readonly environment?: Readonly<Record<string, string>>;
  readonly document?: unknown;
}

/** An authorizer whose issuer publishes `document` (a JWKS of all keys above, unless told otherwise). */
function createAuthorizer({ environment, document }: Stage = {}) {
  const lines: string[] = [];
  const configuration = parseConfiguration({
    AUTHORIZED_APIS: API_STAGE,
    JWT_ISSUER_JWKS_URI: "https://issuer.example/keys",
    JWT_AUTHORIZED_AUDIENCES: "app,web",
    JWT_AUTHORIZED_ISSUER: ISSUER,
    ...environment,
  });
  const handler = createHandler(configuration, {
    now: () => NOW_SECONDS * 1_000,
    write: (line) => lines.push(line),
    fetchDocument: async () => {
      if (document instanceof Error) {
        throw document;
      }
      const jwks = { keys: [rsa, ec, twin, anotherTwin].map((key) => key.publicJwk) };
      return { body: JSON.stringify(document ?? jwks), lifetimeSeconds: 600 };
    },
  });
  return { handler, lines };
}

const allow = (principalId: string) => ({
  principalId,
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: `${API_STAGE}/$connect` }],
  },
});

const deny = (error: DenyReason, resource = `${API_STAGE}/$connect`) => ({
  principalId: "rogue",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: resource }],
  },
  context: { error },
});

const signedWith = (claims: Record<string, unknown>) => connectEvent(signToken(rsa, { ...CLAIMS, ...claims }));

/** A request for each reason that there is. */
const REFUSED: Readonly<Record<DenyReason, ConnectEvent>> = {
  api_not_authorized: connectEvent(signToken(rsa, CLAIMS), { methodArn: `${API_STAGE}2/$connect` }),
  token_missing: connectEvent(),
  token_too_large: signedWith({ roles: "x".repeat(9_000) }),
  token_malformed: connectEvent("letmein"),
  critical_header_unsupported: connectEvent(signToken(rsa, CLAIMS, { crit: ["exp"], exp: 1 })),
  algorithm_not_allowed: connectEvent(unsignedToken(CLAIMS)),
  key_unknown: connectEvent(signToken(rsa, CLAIMS, { kid: "rsa-2" })),
  key_ambiguous: connectEvent(signToken(twin, CLAIMS)),
  key_unsuitable: connectEvent(signToken(rsa, CLAIMS, { kid: "ec-1" })),
  signature_invalid: connectEvent(signToken({ ...rsa, privateKey: createSigningKey("RS256", "x").privateKey }, CLAIMS)),
  claim_malformed: signedWith({ exp: "tomorrow" }),
  expiration_missing: signedWith({ exp: undefined }),
  token_expired: signedWith({ exp: NOW_SECONDS }),
  token_not_yet_valid: signedWith({ nbf: NOW_SECONDS + 1 }),
  issuer_mismatch: signedWith({ iss: "https://other.example/" }),
  audience_mismatch: signedWith({ aud: ["other"] }),
  subject_invalid: signedWith({ sub: ["user-1"] }),
};

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

  describe("works unchanged with", () => {
    const anyIssuer = { JWT_AUTHORIZED_ISSUER: "" };

    it("Firebase: an ID token, keys in an X.509 map", async () => {
      const { handler } = createAuthorizer({
        environment: {
          JWT_AUTHORIZED_AUDIENCES: "my-project",
          JWT_AUTHORIZED_ISSUER: "https://securetoken.google.com/my-project",
        },
        document: {
          d8ef3c2b7ac84b0f1c0c4e1c7b8a9d5e6f701234: selfSignedCertificate(createSigningKey("RS256", "")),
          "3bb6b2a2f8f4c0d1e5a7986c5b4a39281706f5e4": selfSignedCertificate(rsa),
        },
      });
      const token = signToken(
        rsa,
        {
          iss: "https://securetoken.google.com/my-project",
          aud: "my-project",
          auth_time: NOW_SECONDS - 100,
          user_id: "Zk8rT0cVbXYqW1n2m3L4k5J6h7G8",
          sub: "Zk8rT0cVbXYqW1n2m3L4k5J6h7G8",
          iat: NOW_SECONDS - 100,
          exp: NOW_SECONDS + 3_500,
          email: "user@example.com",
          firebase: { identities: { email: ["user@example.com"] }, sign_in_provider: "password" },
        },
        { kid: "3bb6b2a2f8f4c0d1e5a7986c5b4a39281706f5e4" },
      );
      expect(await handler(connectEvent(token))).toEqual(allow("Zk8rT0cVbXYqW1n2m3L4k5J6h7G8"));
    });

    it("Cognito: an access token, which has client_id and no aud", async () => {
      const client = "1example23456789";
      const { handler } = createAuthorizer({ environment: { ...anyIssuer, JWT_AUTHORIZED_AUDIENCES: client } });
      const claims = {
        sub: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "cognito:groups": ["admin"],
        iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example",
        version: 2,
        client_id: client,
        token_use: "access",
        scope: "openid",
        auth_time: NOW_SECONDS - 100,
        exp: NOW_SECONDS + 3_500,
        iat: NOW_SECONDS - 100,
        username: "user",
      };
      expect(await handler(connectEvent(signToken(rsa, claims, { typ: undefined })))).toEqual(allow(claims.sub));
      expect(await handler(connectEvent(signToken(rsa, { ...claims, client_id: "other" })))).toEqual(
        deny("audience_mismatch"),
      );
    });

    it("Auth0: an access token, which has aud as a list and a subject with a bar", async () => {
      const { handler } = createAuthorizer({
        environment: {
          JWT_AUTHORIZED_AUDIENCES: "https://api.example",
          JWT_AUTHORIZED_ISSUER: "https://tenant.eu.auth0.com/",
        },
      });
      const token = signToken(rsa, {
        iss: "https://tenant.eu.auth0.com/",
        sub: "auth0|5f7c8ec7c33c6c004bbafe82",
        aud: ["https://api.example", "https://tenant.eu.auth0.com/userinfo"],
        iat: NOW_SECONDS - 100,
        exp: NOW_SECONDS + 86_300,
        azp: "my_client_id",
        scope: "openid profile",
      });
      expect(await handler(connectEvent(undefined, { headers: { authorization: `Bearer ${token}` } }))).toEqual(
        allow("auth0|5f7c8ec7c33c6c004bbafe82"),
      );
    });
  });

  describe("fault 3 of the original", () => {
    it("an empty audience list admits any audience, where everyone was denied", async () => {
      const { handler } = createAuthorizer({ environment: { JWT_AUTHORIZED_AUDIENCES: "" } });
      expect(await handler(signedWith({ aud: "whatever" }))).toEqual(allow("user-1"));
      expect(await handler(signedWith({ aud: undefined }))).toEqual(allow("user-1"));
    });

    it("rejects another issuer, which was not checked", async () => {
      expect(await createAuthorizer().handler(REFUSED.issuer_mismatch)).toEqual(deny("issuer_mismatch"));
    });

    it("rejects a token before its nbf, which was not checked", async () => {
      expect(await createAuthorizer().handler(REFUSED.token_not_yet_valid)).toEqual(deny("token_not_yet_valid"));
    });

    it("rejects an algorithm that is not in the list, which was not checked", async () => {
      expect(await createAuthorizer().handler(REFUSED.algorithm_not_allowed)).toEqual(deny("algorithm_not_allowed"));
    });

    it("logs one line for each decision, ids and a code, where the token went to the log with the whole event", async () => {
      const { handler, lines } = createAuthorizer();
      await handler(connectEvent(signToken(rsa, CLAIMS)));
      await handler(REFUSED.token_expired);
      const ids = { requestId: "UoqKNGJ6DoEFZ3Q=", connectionId: "UoqKNeLPjoECIpQ=" };
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        { level: "info", code: "authorization_decided", ...ids, decision: "allow" },
        { level: "info", code: "authorization_decided", ...ids, decision: "deny", reason: "token_expired" },
      ]);
    });

    it("logs nothing of a token, a claim, a key or a URL, whatever the decision", async () => {
      const { handler, lines } = createAuthorizer();
      const events = [connectEvent(signToken(rsa, CLAIMS)), ...Object.values(REFUSED)];
      for (const event of events) {
        await handler(event);
      }
      expect(lines).toHaveLength(events.length);
      const log = lines.join("\n");
      for (const event of events) {
        const parts = (event.queryStringParameters?.authorization ?? "").split(".");
        for (const part of parts.filter((text) => text.length > 4)) {
          expect(log).not.toContain(part.slice(0, 16));
        }
      }
      expect(log).not.toMatch(/user-1|issuer\.example|other\.example|rsa-1|ec-1|twin|https?:|203\.0\.113\.7|letmein/);
    });
  });

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
          requestId: "UoqKNGJ6DoEFZ3Q=",
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
          expect(DENY_REASONS).toContain(result.context?.error);
        }),
      );
    });
  });

  it("refuses a megabyte of token without decoding it", async () => {
    const { handler } = createAuthorizer({ document: new Error("asked for keys") });
    const huge = `${"Bearer ".repeat(100_000)}${"A".repeat(1_000_000)}`;
    expect(await handler(connectEvent(huge))).toEqual(deny("token_too_large"));
  });

  it("follows a real issuer through rotation, failure and recovery", async () => {
    let nowMilliseconds = NOW_SECONDS * 1_000;
    let published = [rsa];
    let status = 200;
    const server = await startKeyServer(() => ({
      status,
      headers: { "cache-control": "public, max-age=300" },
      body: JSON.stringify({ keys: published.map((key) => key.publicJwk) }),
    }));
    const configuration = parseConfiguration({ AUTHORIZED_APIS: API_STAGE, JWT_ISSUER_JWKS_URI: server.url.href });
    const lines: string[] = [];
    const handler = createHandler(configuration, { now: () => nowMilliseconds, write: (line) => lines.push(line) });
    const decisionFor = async (key: typeof rsa) => {
      const { context, principalId } = await handler(connectEvent(signToken(key, CLAIMS)));
      return context?.error ?? principalId;
    };
    try {
      expect(await Promise.all(Array.from({ length: 100 }, () => decisionFor(rsa)))).toEqual(Array(100).fill("user-1"));
      expect(server.requests).toBe(1);

      published = [ec];
      expect(await decisionFor(ec)).toBe("key_unknown");
      nowMilliseconds += 30_000;
      expect([await decisionFor(ec), await decisionFor(rsa)]).toEqual(["user-1", "key_unknown"]);
      expect(server.requests).toBe(2);

      status = 503;
      nowMilliseconds += 300_000;
      expect([await decisionFor(ec), await decisionFor(ec)]).toEqual(["user-1", "user-1"]);
      expect(server.requests).toBe(3);
      expect(JSON.parse(String(lines.find((line) => line.includes("fetch_failed"))))).toEqual({
        level: "warn",
        code: "issuer_keys_fetch_failed",
        failure: "status",
        detail: "503",
      });

      status = 200;
      published = [rsa];
      nowMilliseconds += 30_000;
      expect([await decisionFor(rsa), await decisionFor(ec)]).toEqual(["user-1", "key_unknown"]);
      expect(server.requests).toBe(4);
    } finally {
      await server.close();
    }
  });
});
