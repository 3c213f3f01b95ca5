import { selfSignedCertificate } from "../../../support/certificate";
import { connectEvent } from "../../../support/connect-event";
import { createSigningKey, signText, signToken } from "../../../support/signing-key";
import { allow, CLAIMS, createAuthorizer, deny, NOW_SECONDS, rsa } from "./support/authorizer";

describe("authorizer works unchanged with", () => {
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

  it("Keycloak: an access token for the audience account, which names its client in azp", async () => {
    const { handler } = createAuthorizer({
      environment: { JWT_AUTHORIZED_AUDIENCES: "shop-web", JWT_AUTHORIZED_ISSUER: "https://sso.example/realms/shop" },
    });
    const claims = {
      iss: "https://sso.example/realms/shop",
      aud: "account",
      azp: "shop-web",
      sub: "f7b1b3e0-5d7e-4f0e-8f5a-5e2f3d0c9a11",
      typ: "Bearer",
      iat: NOW_SECONDS - 100,
      exp: NOW_SECONDS + 200,
      preferred_username: "alice",
    };
    expect(await handler(connectEvent(signToken(rsa, claims)))).toEqual(allow(claims.sub));
    expect(await handler(connectEvent(signToken(rsa, { ...claims, azp: "other" })))).toEqual(deny("audience_mismatch"));
  });

  it("an issuer of one's own: public keys in PEM, no key id, null claims, and users by number in a claim", async () => {
    const old = createSigningKey("RS256", "");
    const { handler } = createAuthorizer({
      environment: { ...anyIssuer, JWT_AUTHORIZED_AUDIENCES: "", JWT_USER_ID_CLAIM: "account_id" },
      document: {
        "2025": old.publicKey.export({ type: "spki", format: "pem" }),
        "2026": rsa.publicKey.export({ type: "spki", format: "pem" }),
      },
    });
    const payload = `{"sub":"x","account_id":90071992547409931,"aud":null,"nbf":null,"exp":${NOW_SECONDS + 60}}`;
    expect(await handler(connectEvent(signText(rsa, payload, { kid: undefined })))).toEqual(allow("90071992547409931"));
    const fraction = payload.replace("90071992547409931", "1.5");
    expect(await handler(connectEvent(signText(rsa, fraction, { kid: undefined })))).toEqual(deny("subject_invalid"));
  });
});

describe("a token that is sent", () => {
  const token = signToken(rsa, CLAIMS);
  const inQuery = connectEvent(token);
  const inHeader = connectEvent(undefined, { headers: { Authorization: `Bearer ${token}` } });

  it.each([
    ["query", inQuery, allow("user-1")],
    ["query", inHeader, deny("token_missing")],
    ["header", inQuery, deny("token_missing")],
    ["header", inHeader, allow("user-1")],
    ["either", inQuery, allow("user-1")],
    ["either", inHeader, allow("user-1")],
    ["either", connectEvent(), deny("token_missing")],
  ] as const)("counts where the token source %s says", async (source, event, result) => {
    const { handler } = createAuthorizer({ environment: { JWT_TOKEN_SOURCE: source } });
    expect(await handler(event)).toEqual(result);
  });
});
