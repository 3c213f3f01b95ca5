import { RevocationsUnavailableError } from "../../../handlers/authorizer/revocations";
import { connectEvent } from "../../../support/connect-event";
import { signToken } from "../../../support/signing-key";
import {
  allow,
  CLAIMS,
  createAuthorizer,
  deny,
  NOW_SECONDS,
  REVOKED_USER,
  rsa,
  signedWith,
} from "./support/authorizer";

const token = signToken(rsa, CLAIMS);
const NONE = { ALLOWED_ORIGINS: "", REVOCATIONS_TABLE_NAME: "" };
const admitted = (context: Readonly<Record<string, string>>) => ({ ...allow("user-1"), context });

describe("the page that connects", () => {
  const origins = "https://shop.example,http://localhost:3000";
  const decide = (headers: object | null, environment: object = { ALLOWED_ORIGINS: origins }) =>
    createAuthorizer({ environment: { ...environment } }).handler(connectEvent(token, { headers }));

  it.each(["https://shop.example", "http://localhost:3000"])("is admitted from %s", async (origin) => {
    for (const name of ["Origin", "origin", "ORIGIN"])
      expect(await decide({ [name]: origin })).toEqual(allow("user-1"));
  });

  it.each([
    "https://other.example",
    "http://shop.example",
    "https://shop.example:8443",
    "https://shop.example:443",
    "http://localhost",
    "http://localhost:30000",
    "https://www.shop.example",
    "https://shop.example.evil.example",
    "https://shop.example/",
    "https://Shop.example",
    "HTTPS://shop.example",
    "https://shop.example,http://localhost:3000",
    "https://shop.example https://other.example",
    "null",
    "*",
    "",
  ])("is refused from %j", async (origin) => {
    expect(await decide({ origin })).toEqual(deny("origin_not_allowed"));
  });

  it("is refused by the origin before anybody looks at the token", async () => {
    const event = connectEvent("no token", { headers: { Origin: "https://other.example" } });
    expect(await createAuthorizer().handler(event)).toEqual(deny("origin_not_allowed"));
  });

  it.each([[{}], [null], [{ Host: "shop.example" }]])(
    "is no page where there is no Origin, and is admitted by its token: %j",
    async (headers) => expect(await decide(headers)).toEqual(allow("user-1")),
  );

  it("is admitted from anywhere where no origin is listed", async () => {
    for (const origin of ["https://other.example", "null"]) {
      expect(await decide({ origin }, { ALLOWED_ORIGINS: "" })).toEqual(allow("user-1"));
    }
  });
});

describe("a user whose tokens are revoked", () => {
  const revocations = { "user-1": NOW_SECONDS - 100 };

  it("is refused with a token from before, and admitted with one from then or later", async () => {
    const { handler, lookups } = createAuthorizer({ revocations });
    expect(await handler(signedWith({ iat: NOW_SECONDS - 101 }))).toEqual(deny("token_revoked"));
    expect(await handler(signedWith({ iat: NOW_SECONDS - 100 }))).toEqual(allow("user-1"));
    expect(await handler(signedWith({ iat: NOW_SECONDS - 100.5 }))).toEqual(deny("token_revoked"));
    expect(lookups).toEqual(Array(3).fill("acme-sumu-revocations user-1"));
  });

  it.each([undefined, null, "1795507200", Number.NaN])(
    "is refused with a token that does not say when it was issued (%p), which others may have",
    async (iat) => {
      const { handler } = createAuthorizer({ revocations });
      expect(await handler(signedWith({ iat }))).toEqual(deny("token_revoked"));
      expect(await handler(signedWith({ iat, sub: "user-2" }))).toEqual(allow("user-2"));
    },
  );

  it("is looked up by the claim that names the user", async () => {
    const environment = { JWT_USER_ID_CLAIM: "email" };
    const { handler, lookups } = createAuthorizer({ environment });
    await handler(signedWith({ email: "a@shop.example" }));
    expect(lookups).toEqual(["acme-sumu-revocations a@shop.example"]);
  });

  it("is not looked up for a token that is refused anyway", async () => {
    const { handler, lookups } = createAuthorizer();
    await handler(signedWith({ exp: NOW_SECONDS }));
    await handler(signedWith({ sub: "" }));
    expect(lookups).toEqual([]);
  });

  it("makes the authorizer fail, and admit nobody, while nobody can say so", async () => {
    const { handler, lines } = createAuthorizer({
      revocations: new RevocationsUnavailableError("AccessDeniedException"),
    });
    await expect(handler(signedWith({}))).rejects.toThrow("revocations_unavailable");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: "error",
        code: "authorization_failed",
        reason: "revocations_unavailable",
        detail: "AccessDeniedException",
      },
    ]);
  });
});

describe("what the authorizer says of a connection", () => {
  const TWO_HOURS = 7_200;
  const decide = (event: object, environment: Readonly<Record<string, string>> = {}) =>
    createAuthorizer({ environment: { END_CONNECTIONS_WITH_TOKEN: "true", ...environment } }).handler(event);

  it("is when it ends: with its token and the tolerance, in milliseconds and, for the row, in seconds", async () => {
    expect(await decide(signedWith({ exp: NOW_SECONDS + 60 }))).toEqual(
      admitted({ expires_at: String((NOW_SECONDS + 60) * 1_000), delete_at: String(NOW_SECONDS + 60) }),
    );
    const tolerance = { JWT_CLOCK_TOLERANCE_SECONDS: "30" };
    expect(await decide(signedWith({ exp: NOW_SECONDS - 29 }), tolerance)).toEqual(
      admitted({ expires_at: String((NOW_SECONDS + 1) * 1_000), delete_at: String(NOW_SECONDS + 1) }),
    );
    expect(await decide(signedWith({ exp: NOW_SECONDS + 60.25 }))).toEqual(
      admitted({ expires_at: `${NOW_SECONDS + 60}250`, delete_at: String(NOW_SECONDS + 60) }),
    );
  });

  it("is two hours at most, with the usual row: API Gateway ends the connection then", async () => {
    const most = admitted({ expires_at: String((NOW_SECONDS + TWO_HOURS) * 1_000) });
    expect(await decide(signedWith({ exp: NOW_SECONDS + TWO_HOURS + 1 }))).toEqual(most);
    expect(await decide(signedWith({ exp: 1e300 }))).toEqual(most);
    expect(await decide(signedWith({ exp: NOW_SECONDS + TWO_HOURS }))).toEqual(
      admitted({
        expires_at: String((NOW_SECONDS + TWO_HOURS) * 1_000),
        delete_at: String(NOW_SECONDS + TWO_HOURS),
      }),
    );
  });

  it("has thirteen digits for the end, so that mapping templates compare it as a text", async () => {
    const { context } = await decide(signedWith({ exp: NOW_SECONDS + 60 }));
    expect(context?.expires_at).toMatch(/^\d{13}$/);
  });

  it("is no end while expiration is not verified, or nobody asks for it", async () => {
    const unverified = { JWT_VERIFY_EXPIRATION: "false" };
    expect(await decide(signedWith({ exp: NOW_SECONDS - 60 }), unverified)).toEqual(allow("user-1"));
    expect(await decide(signedWith({}), { END_CONNECTIONS_WITH_TOKEN: "false" })).toEqual(allow("user-1"));
  });

  it("is the protocol that the client asked for and SUMU knows", async () => {
    const asked = (protocol: unknown) =>
      createAuthorizer().handler(connectEvent(token, { queryStringParameters: { authorization: token, protocol } }));
    expect(await asked("2")).toEqual(admitted({ protocol: "2" }));
    for (const other of ["", "1", "3", "02", " 2", "2,2", "two", undefined, 2]) {
      expect(await asked(other)).toEqual(allow("user-1"));
    }
  });

  it("is nothing at all without the inputs, and nobody reads a table", async () => {
    const { handler, lookups } = createAuthorizer({ environment: NONE });
    expect(await handler(signedWith({ sub: REVOKED_USER, iat: undefined }))).toEqual(allow(REVOKED_USER));
    expect(lookups).toEqual([]);
  });
});
