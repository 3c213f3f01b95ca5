import type { ConnectEvent } from "../../../../handlers/authorizer/connect-event";
import { createHandler } from "../../../../handlers/authorizer/create-handler";
import type { DenyReason } from "../../../../handlers/authorizer/deny-reason";
import { MAX_CANDIDATES } from "../../../../handlers/authorizer/issuer-keys";
import { API_STAGE, connectEvent } from "../../../../support/connect-event";
import { createSigningKey, type SigningKey, signToken, unsignedToken } from "../../../../support/signing-key";

/** The time of every authorizer below. */
export const NOW_SECONDS = 1_795_507_200;
const ISSUER = "https://issuer.example/";

export const rsa = createSigningKey("RS256", "rsa-1");
export const ec = createSigningKey("ES256", "ec-1");
/** More keys under one id than a token is tried with. */
const crowd = Array.from({ length: MAX_CANDIDATES + 1 }, () => createSigningKey("ES256", "crowd"));

/** What the issuer signs for a user who is admitted. */
export const CLAIMS = { iss: ISSUER, aud: "app", sub: "user-1", iat: NOW_SECONDS - 10, exp: NOW_SECONDS + 3_600 };

interface AuthorizerSetting {
  readonly environment?: Readonly<Record<string, string>>;
  readonly document?: unknown;
  /** Epoch seconds by user, or what the table's reader throws. @default {@link REVOKED_USER} is revoked now */
  readonly revocations?: Readonly<Record<string, number>> | Error;
}

/** A user whose tokens are revoked, those of this second excepted. */
export const REVOKED_USER = "user-revoked";

/** An authorizer whose issuer publishes `document` (a JWKS of all keys above, unless told otherwise). */
export function createAuthorizer({
  environment,
  document,
  revocations = { [REVOKED_USER]: NOW_SECONDS },
}: AuthorizerSetting = {}) {
  const lookups: string[] = [];
  const lines: string[] = [];
  const settings = {
    AUTHORIZED_APIS: API_STAGE,
    JWT_ISSUER_JWKS_URI: "https://issuer.example/keys",
    JWT_AUTHORIZED_AUDIENCES: "app,web",
    JWT_AUTHORIZED_ISSUER: ISSUER,
    ALLOWED_ORIGINS: "https://app.example",
    REVOCATIONS_TABLE_NAME: "acme-sumu-revocations",
    CHANNELS_SUBSCRIBE_CLAIM: "channels",
    SUMU_STACK: "acme-sumu",
    ...environment,
  };
  const handler = createHandler(settings, {
    clock: { now: () => NOW_SECONDS * 1_000 },
    writeLog: (line) => lines.push(line),
    openRevocations: (tableName) => ({
      issuedBefore: async (userId) => {
        lookups.push(`${tableName} ${userId}`);
        if (revocations instanceof Error) throw revocations;
        return revocations[userId];
      },
    }),
    fetchDocument: async () => {
      if (document instanceof Error) {
        throw document;
      }
      const jwks = { keys: [rsa, ec, ...crowd].map((key) => key.publicJwk) };
      return { body: JSON.stringify(document ?? jwks), lifetimeSeconds: 600 };
    },
  });
  return { handler, lines, lookups };
}

export const allow = (principalId: string) => ({
  principalId,
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: `${API_STAGE}/$connect` }],
  },
});

export const deny = (error: DenyReason, resource = `${API_STAGE}/$connect`) => ({
  principalId: "rogue",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: resource }],
  },
  context: { refusal: error },
});

export const signedWith = (claims: Record<string, unknown>) => connectEvent(signToken(rsa, { ...CLAIMS, ...claims }));

/** A request for each reason that there is. */
export const REFUSED: Readonly<Record<DenyReason, ConnectEvent>> = {
  api_not_authorized: connectEvent(signToken(rsa, CLAIMS), { methodArn: `${API_STAGE}2/$connect` }),
  origin_not_allowed: connectEvent(signToken(rsa, CLAIMS), { headers: { Origin: "https://other.example" } }),
  token_missing: connectEvent(),
  token_too_large: signedWith({ roles: "x".repeat(9_000) }),
  token_malformed: connectEvent("letmein"),
  critical_header_unsupported: connectEvent(signToken(rsa, CLAIMS, { crit: ["exp"], exp: 1 })),
  algorithm_not_allowed: connectEvent(unsignedToken(CLAIMS)),
  key_unknown: connectEvent(signToken(rsa, CLAIMS, { kid: "rsa-2" })),
  key_ambiguous: connectEvent(signToken(crowd[0] as SigningKey, CLAIMS)),
  key_unsuitable: connectEvent(signToken(rsa, CLAIMS, { kid: "ec-1" })),
  signature_invalid: connectEvent(signToken({ ...rsa, privateKey: createSigningKey("RS256", "x").privateKey }, CLAIMS)),
  claim_malformed: signedWith({ exp: "tomorrow" }),
  expiration_missing: signedWith({ exp: undefined }),
  token_expired: signedWith({ exp: NOW_SECONDS }),
  token_not_yet_valid: signedWith({ nbf: NOW_SECONDS + 1 }),
  issuer_mismatch: signedWith({ iss: "https://other.example/" }),
  audience_mismatch: signedWith({ aud: ["other"] }),
  subject_invalid: signedWith({ sub: ["user-1"] }),
  token_revoked: signedWith({ sub: REVOKED_USER }),
  grants_too_large: signedWith({ channels: Array.from({ length: 34 }, (_, n) => `${n}`.padEnd(127, "n")) }),
};
