import { connectEvent } from "../../../support/connect-event";
import { signToken } from "../../../support/signing-key";
import { allow, CLAIMS, createAuthorizer, deny, REFUSED, rsa, signedWith } from "./support/authorizer";

// design.md, section 3: an empty audience list denied everyone; no issuer, nbf or algorithm check; the token in the log.
describe("authorizer, where the original failed,", () => {
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
    const ids = { apiRequestId: "UoqKNGJ6DoEFZ3Q=", connectionId: "UoqKNeLPjoECIpQ=" };
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
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
    expect(log).not.toMatch(/user-1|issuer\.example|other\.example|rsa-1|ec-1|crowd|https?:|203\.0\.113\.7|letmein/);
  });
});
