import { AUTHORIZER_ENVIRONMENT, DEFAULT_USER_ID_CLAIM } from "../../src/contract/authorizer-handler";
import { TOKEN_SOURCES, type TokenSource } from "../../src/contract/token-sources";
import { type Environment, integerFrom } from "../shared/environment";
import type { ChannelClaims } from "./channel-claims";
import type { ClaimRules } from "./claims";

/** Who may connect to which API, and which issuer is trusted. */
export interface AuthorizerConfiguration extends ClaimRules {
  /** `<execution ARN of the API>/<stage>`, one or more. */
  readonly authorizedApis: readonly string[];
  /** Where the issuer publishes its keys. */
  readonly keysUrl: URL;
  /** The claim that names the user. */
  readonly userIdClaim: string;
  /** Where the token may be. */
  readonly tokenSource: TokenSource;
  /** Whether a connection ends when its token ends. */
  readonly endConnectionsWithToken: boolean;
  /** Empty: pages of any origin may connect. */
  readonly allowedOrigins: readonly string[];
  /** Absent: tokens are not revoked. */
  readonly revocationsTable?: string;
  /** The claims with the user's channels. */
  readonly channelClaims: ChannelClaims;
}

/** The tolerance is for clocks that are slightly wrong. A longer tolerance would lengthen every token's life. */
export const MAX_CLOCK_TOLERANCE_SECONDS = 300;

const API_STAGE = /^arn:[a-z0-9-]+:execute-api:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+\/(?:[A-Za-z0-9_-]+|\$default)$/;

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/*]+$/;

const NAME = AUTHORIZER_ENVIRONMENT;

/**
 * Reads the authorizer's environment variables.
 *
 * @throws Error naming the first variable that is wrong and what it must be.
 */
export function readConfiguration(environment: Environment): AuthorizerConfiguration {
  const authorizedApis = list(environment, NAME.authorizedApis);
  if (authorizedApis.length === 0 || !authorizedApis.every((api) => API_STAGE.test(api))) {
    throw mustBe(
      NAME.authorizedApis,
      "<execution ARN>/<stage> of each API, joined by commas and without wildcards, as in arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/live",
    );
  }
  return {
    authorizedApis,
    keysUrl: keysUrl(environment),
    audiences: list(environment, NAME.authorizedAudiences),
    issuer: environment[NAME.authorizedIssuer]?.trim() || undefined,
    verifyExpiration: flag(environment, NAME.verifyExpiration, true),
    clockToleranceSeconds: integerFrom(environment, NAME.clockToleranceSeconds, {
      fallback: 0,
      min: 0,
      max: MAX_CLOCK_TOLERANCE_SECONDS,
    }),
    userIdClaim: environment[NAME.userIdClaim] || DEFAULT_USER_ID_CLAIM,
    tokenSource: tokenSource(environment),
    endConnectionsWithToken: flag(environment, NAME.endConnectionsWithToken, false),
    allowedOrigins: allowedOrigins(environment),
    revocationsTable: environment[NAME.revocationsTable] || undefined,
    channelClaims: {
      subscribe: environment[NAME.channelsSubscribeClaim] || undefined,
      post: environment[NAME.channelsPostClaim] || undefined,
    },
  };
}

/**
 * Plain http is allowed only to the loopback address: it never leaves the machine, and inside Lambda no server listens
 * there. A name (`localhost`) is not allowed, because a resolver could change its address.
 */
function keysUrl(environment: Environment): URL {
  const value = environment[NAME.issuerJwksUri]?.trim() ?? "";
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPrivate =
    url?.protocol === "https:" || (url?.protocol === "http:" && ["127.0.0.1", "[::1]"].includes(url.hostname));
  if (!url || !isPrivate || url.username !== "" || url.password !== "") {
    throw mustBe(NAME.issuerJwksUri, "an https URL without credentials (http for 127.0.0.1 and [::1] only)");
  }
  return url;
}

/** An empty item is refused, not dropped: `","` must not come to mean "any". */
function list(environment: Environment, name: string): readonly string[] {
  const value = environment[name]?.trim() ?? "";
  const items = value === "" ? [] : value.split(",").map((item) => item.trim());
  if (items.includes("")) {
    throw mustBe(name, "items joined by commas, none of them empty");
  }
  return items;
}

/** `*` and `null` are not origins: neither may come to mean "any". */
function allowedOrigins(environment: Environment): readonly string[] {
  const origins = list(environment, NAME.allowedOrigins);
  if (!origins.every((origin) => ORIGIN.test(origin))) {
    throw mustBe(NAME.allowedOrigins, "origins joined by commas, as in https://shop.example,http://localhost:3000");
  }
  return origins;
}

function flag(environment: Environment, name: string, fallback: boolean): boolean {
  const value = environment[name]?.trim() || String(fallback);
  if (value !== "true" && value !== "false") {
    throw mustBe(name, "true or false");
  }
  return value === "true";
}

function tokenSource(environment: Environment): TokenSource {
  const value = environment[NAME.tokenSource] || "either";
  const source = TOKEN_SOURCES.find((known) => known === value);
  if (source === undefined) {
    throw mustBe(NAME.tokenSource, `one of ${TOKEN_SOURCES.join(", ")}`);
  }
  return source;
}

function mustBe(name: string, rule: string): Error {
  return new Error(`${name} must be ${rule}`);
}
