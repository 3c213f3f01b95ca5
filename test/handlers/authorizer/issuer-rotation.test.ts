import { createHandler } from "../../../handlers/authorizer/create-handler";
import { API_STAGE, connectEvent } from "../../../support/connect-event";
import { startKeyServer } from "../../../support/key-server";
import { signToken } from "../../../support/signing-key";
import { CLAIMS, ec, NOW_SECONDS, rsa } from "./support/authorizer";

describe("authorizer", () => {
  it("follows a real issuer through rotation, failure and recovery", async () => {
    let nowMs = NOW_SECONDS * 1_000;
    let published = [rsa];
    let status = 200;
    const server = await startKeyServer(() => ({
      status,
      headers: { "cache-control": "public, max-age=300" },
      body: JSON.stringify({ keys: published.map((key) => key.publicJwk) }),
    }));
    const environment = { AUTHORIZED_APIS: API_STAGE, JWT_ISSUER_JWKS_URI: server.url.href };
    const lines: string[] = [];
    const handler = createHandler(environment, {
      clock: { now: () => nowMs },
      writeLog: (line) => lines.push(line),
    });
    const decisionFor = async (key: typeof rsa) => {
      const { context, principalId } = await handler(connectEvent(signToken(key, CLAIMS)));
      return context?.refusal ?? principalId;
    };
    try {
      expect(await Promise.all(Array.from({ length: 100 }, () => decisionFor(rsa)))).toEqual(Array(100).fill("user-1"));
      expect(server.requests).toBe(1);

      published = [ec];
      expect(await decisionFor(ec)).toBe("key_unknown");
      nowMs += 30_000;
      expect([await decisionFor(ec), await decisionFor(rsa)]).toEqual(["user-1", "key_unknown"]);
      expect(server.requests).toBe(2);

      status = 503;
      nowMs += 300_000;
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
      nowMs += 30_000;
      expect([await decisionFor(rsa), await decisionFor(ec)]).toEqual(["user-1", "key_unknown"]);
      expect(server.requests).toBe(4);
    } finally {
      await server.close();
    }
  });
});
