import type { IResolvable } from "cdktf";
import { DEFAULT_USER_ID_CLAIM } from "../contract/authorizer-handler";
import { DEFAULT_TOKEN_SOURCE, TOKEN_SOURCES } from "../contract/token-sources";
import type { Inputs } from "./input";
import { between, fits, known, matches, oneOf, regexCondition } from "./rule";

/** Which tokens of clients the authorizer accepts. */
export interface TokenProps {
  /** The https URL where the issuer publishes its keys: a JWKS document, or a map of key id to PEM (certificate or public key), as Firebase has. */
  readonly issuerJwksUri: string;
  /**
   * Audiences that a token may have: compared with `aud` (without it `client_id`) and `azp`. Empty: any audience, so also
   * tokens that the issuer made for another application.
   * @default []
   */
  readonly authorizedAudiences?: readonly string[];
  /**
   * False: expired tokens are accepted. For tests only.
   * @default true
   */
  readonly verifyTokenExpiration?: boolean | IResolvable;
  /**
   * The issuer of the tokens: compared with `iss`.
   * @default - any issuer whose keys are at `issuerJwksUri`
   */
  readonly authorizedIssuer?: string;
  /**
   * Seconds that the issuer's clock may differ from Lambda's, 0 to 300.
   * @default 0
   */
  readonly tokenClockToleranceSeconds?: number;
  /**
   * The claim that has the user's id: a string, or a whole number, whose digits are then the id.
   * @default "sub"
   */
  readonly userIdClaim?: string;
  /**
   * Where clients put the token: `query` (`?authorization=<JWT>`), `header` (`Authorization: Bearer <JWT>`), or `either`.
   * With `either`, a client without a token gets 403 instead of 401, and each such try costs an invocation of the authorizer.
   * @default "query"
   */
  readonly tokenSource?: string;
}

/** Lists travel to the authorizer joined by commas, in an environment that Lambda limits to 4 KB in all. */
const AUDIENCES_CHARACTERS = 2_048;
const AUDIENCE = /^[^\s,]+$/;

export const TOKEN_INPUTS = {
  issuerJwksUri: {
    type: "string",
    description:
      "The https URL where the issuer publishes its keys: a JWKS document, or a map of key id to PEM (certificate or public key).",
    original: true,
    rule: matches(
      /^https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[^\s#]*)?$/,
      "issuer_jwks_uri must be an https:// URL: where the issuer publishes its keys, as a JWKS document or as a map of key id to X.509 PEM.",
    ),
    samples: {
      valid: ["https://issuer/.well-known/jwks.json", "https://issuer/keys?v=1"],
      invalid: [
        "http://issuer.example.com",
        "",
        "http://issuer/keys",
        "issuer",
        "https://issuer/a b",
        "https://user:secret@issuer/keys",
      ],
    },
  },
  authorizedAudiences: {
    type: "list(string)",
    description:
      "Audiences that a token may have: compared with aud (string or array; without it client_id) and azp. Empty: any audience, so also tokens for other applications.",
    default: [] as readonly string[],
    original: true,
    rule: {
      message: `authorized_audiences must be a list of non-empty audiences without commas or spaces, at most ${AUDIENCES_CHARACTERS} characters in all, or empty for any audience.`,
      holds: (audiences) =>
        audiences.every((audience) => fits(AUDIENCE, audience)) &&
        known(audiences).join(",").length <= AUDIENCES_CHARACTERS,
      condition: (ref) =>
        `alltrue([for audience in ${ref} : ${regexCondition(AUDIENCE, "audience")}]) && length(join(",", ${ref})) <= ${AUDIENCES_CHARACTERS}`,
    },
    samples: {
      valid: [[], ["a"], ["a", "https://api.example.com/"], ["a".repeat(2_048)]],
      invalid: [
        ["web", ""],
        [""],
        ["a,b"],
        ["a b"],
        ["a", ""],
        ["a".repeat(2_049)],
        ["a".repeat(1_024), "b".repeat(1_024)],
      ],
    },
  },
  verifyTokenExpiration: {
    type: "bool",
    description: "False: expired tokens are accepted. For tests only.",
    default: true,
    original: true,
  },
  authorizedIssuer: {
    type: "string",
    description: "The issuer of the tokens: compared with iss. Null: any issuer whose keys are at issuer_jwks_uri.",
    default: null,
    rule: matches(
      /^[^\s,]{1,512}$/,
      "authorized_issuer must be the exact iss of the tokens, without spaces, or null for any.",
    ),
    samples: { valid: ["https://securetoken.google.com/shop"], invalid: ["a b", "", "a,b", "i".repeat(513)] },
  },
  tokenClockToleranceSeconds: {
    type: "number",
    description: "Seconds that the issuer's clock may differ from Lambda's, 0 to 300.",
    default: 0,
    rule: between(0, 300, "token_clock_tolerance_seconds must be a whole number from 0 to 300."),
    samples: { valid: [0, 300], invalid: [301, -1] },
  },
  userIdClaim: {
    type: "string",
    description: "The claim that has the user's id: a string, or a whole number, whose digits are then the id.",
    default: DEFAULT_USER_ID_CLAIM,
    rule: matches(
      /^[!-~]{1,256}$/,
      "user_id_claim must be the exact name of a claim, 1 to 256 printable ASCII characters without spaces: sub, email, https://shop.example/user_id.",
    ),
    samples: {
      valid: ["sub", "cognito:username", "https://shop.example/user_id", "c".repeat(256)],
      invalid: ["", "user id", "näme", "a\n", "c".repeat(257)],
    },
  },
  tokenSource: {
    type: "string",
    description:
      "Where clients put the token: query (?authorization=<JWT>), header (Authorization: Bearer <JWT>), or either. With either, each try to connect without a token costs an invocation of the authorizer.",
    default: DEFAULT_TOKEN_SOURCE as string,
    rule: oneOf(
      TOKEN_SOURCES,
      "token_source must be query, header or either: where clients put the token. Browsers can use the query only.",
    ),
    samples: { valid: ["query", "header", "either"], invalid: ["", "Query", "cookie", "query,header"] },
  },
} as const satisfies Inputs<TokenProps>;
