import { readConfiguration } from "../../../handlers/authorizer/configuration";

const API = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/live";

const ENVIRONMENT = {
  AUTHORIZED_APIS: API,
  JWT_ISSUER_JWKS_URI: "https://issuer.example/.well-known/jwks.json",
};

describe("readConfiguration", () => {
  it("needs the APIs and the issuer's keys only: any audience, any issuer, expiration verified, no tolerance", () => {
    expect(readConfiguration(ENVIRONMENT)).toEqual({
      authorizedApis: [API],
      keysUrl: new URL("https://issuer.example/.well-known/jwks.json"),
      audiences: [],
      issuer: undefined,
      verifyExpiration: true,
      clockToleranceSeconds: 0,
      channelClaims: {},
      userIdClaim: "sub",
      tokenSource: "either",
      endConnectionsWithToken: false,
      allowedOrigins: [],
      revocationsTable: undefined,
    });
  });

  it("reads an empty variable as an unset one", () => {
    const empty = {
      JWT_AUTHORIZED_AUDIENCES: "",
      JWT_AUTHORIZED_ISSUER: "",
      JWT_VERIFY_EXPIRATION: "",
      JWT_CLOCK_TOLERANCE_SECONDS: "",
      JWT_USER_ID_CLAIM: "",
      JWT_TOKEN_SOURCE: "",
      END_CONNECTIONS_WITH_TOKEN: "",
      ALLOWED_ORIGINS: "",
      REVOCATIONS_TABLE_NAME: "",
    };
    expect(readConfiguration({ ...ENVIRONMENT, ...empty })).toEqual(readConfiguration(ENVIRONMENT));
  });

  it("reads every variable", () => {
    expect(
      readConfiguration({
        AUTHORIZED_APIS: `${API},arn:aws-cn:execute-api:cn-north-1:123456789012:f6g7h8/$default`,
        JWT_ISSUER_JWKS_URI: "http://127.0.0.1:4571/keys",
        JWT_AUTHORIZED_AUDIENCES: "web, app",
        JWT_AUTHORIZED_ISSUER: "https://issuer.example/",
        JWT_VERIFY_EXPIRATION: "false",
        JWT_CLOCK_TOLERANCE_SECONDS: "300",
        JWT_USER_ID_CLAIM: "https://shop.example/user id",
        JWT_TOKEN_SOURCE: "header",
        END_CONNECTIONS_WITH_TOKEN: "true",
        ALLOWED_ORIGINS: "https://shop.example,capacitor://localhost",
        REVOCATIONS_TABLE_NAME: "shop-sumu-revocations",
        CHANNELS_SUBSCRIBE_CLAIM: "subscribe",
        CHANNELS_POST_CLAIM: "https://shop.example/post",
      }),
    ).toEqual({
      authorizedApis: [API, "arn:aws-cn:execute-api:cn-north-1:123456789012:f6g7h8/$default"],
      keysUrl: new URL("http://127.0.0.1:4571/keys"),
      audiences: ["web", "app"],
      issuer: "https://issuer.example/",
      verifyExpiration: false,
      clockToleranceSeconds: 300,
      channelClaims: { subscribe: "subscribe", post: "https://shop.example/post" },
      userIdClaim: "https://shop.example/user id",
      tokenSource: "header",
      endConnectionsWithToken: true,
      allowedOrigins: ["https://shop.example", "capacitor://localhost"],
      revocationsTable: "shop-sumu-revocations",
    });
  });

  it.each([
    ["AUTHORIZED_APIS", undefined],
    ["AUTHORIZED_APIS", ""],
    ["AUTHORIZED_APIS", "a1b2c3d4e5/live"],
    ["AUTHORIZED_APIS", `${API}/*`],
    ["AUTHORIZED_APIS", "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*"],
    ["AUTHORIZED_APIS", "arn:aws:execute-api:eu-west-1:123456789012:*/live"],
    ["AUTHORIZED_APIS", "arn:aws:lambda:eu-west-1:123456789012:a1b2c3d4e5/live"],
    ["AUTHORIZED_APIS", `${API},`],
    ["JWT_ISSUER_JWKS_URI", undefined],
    ["JWT_ISSUER_JWKS_URI", "issuer.example/keys"],
    ["JWT_ISSUER_JWKS_URI", "http://issuer.example/keys"],
    ["JWT_ISSUER_JWKS_URI", "http://localhost/keys"],
    ["JWT_ISSUER_JWKS_URI", "http://127.0.0.1.issuer.example/keys"],
    ["JWT_ISSUER_JWKS_URI", "http://169.254.169.254/keys"],
    ["JWT_ISSUER_JWKS_URI", "file:///etc/passwd"],
    ["JWT_ISSUER_JWKS_URI", "https://user:password@issuer.example/keys"],
    ["JWT_ISSUER_JWKS_URI", "https://user@issuer.example/keys"],
    ["JWT_ISSUER_JWKS_URI", "https://:password@issuer.example/keys"],
    ["JWT_AUTHORIZED_AUDIENCES", ","],
    ["JWT_AUTHORIZED_AUDIENCES", "web,,app"],
    ["JWT_VERIFY_EXPIRATION", "no"],
    ["JWT_VERIFY_EXPIRATION", "0"],
    ["JWT_CLOCK_TOLERANCE_SECONDS", "-1"],
    ["JWT_CLOCK_TOLERANCE_SECONDS", "1.5"],
    ["JWT_CLOCK_TOLERANCE_SECONDS", "301"],
    ["JWT_CLOCK_TOLERANCE_SECONDS", "a minute"],
    ["JWT_TOKEN_SOURCE", "cookie"],
    ["JWT_TOKEN_SOURCE", "Query"],
    ["END_CONNECTIONS_WITH_TOKEN", "yes"],
    ["ALLOWED_ORIGINS", ","],
    ["ALLOWED_ORIGINS", "*"],
    ["ALLOWED_ORIGINS", "null"],
    ["ALLOWED_ORIGINS", "shop.example"],
    ["ALLOWED_ORIGINS", "https://shop.example/"],
    ["ALLOWED_ORIGINS", "https://*.shop.example"],
  ])("rejects %s=%s by one error that names it", (name, value) => {
    expect(() => readConfiguration({ ...ENVIRONMENT, [name]: value })).toThrow(new RegExp(`^${name} must be `));
  });

  it("rejects a wrong URL without repeating it, since it may hold a password", () => {
    expect(() =>
      readConfiguration({ ...ENVIRONMENT, JWT_ISSUER_JWKS_URI: "https://user:hunter2@issuer.example" }),
    ).toThrow(
      new Error("JWT_ISSUER_JWKS_URI must be an https URL without credentials (http for 127.0.0.1 and [::1] only)"),
    );
  });
});
