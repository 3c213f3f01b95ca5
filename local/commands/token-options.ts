import { isJsonObject } from "../../handlers/shared/json-object";
import { parseOptions } from "../../tool/src/parse-options";
import type { TokenOptions } from "../issuer/issuer";
import { SetupError } from "../setup-error";

/** Whose token, and what is in it. */
export interface TokenRequest extends Pick<TokenOptions, "expiresInSeconds" | "claims"> {
  /** `-`: the names are on the standard input. */
  readonly user: string;
}

const FORM = '"npm run -s token -- alice --expires-in 30"';

/** @throws SetupError naming the argument that cannot be, and what could */
export function parseTokenOptions(args: readonly string[]): TokenRequest {
  const { values, positionals } = parse(args);
  const [user, ...more] = positionals;
  if (user === undefined || user === "" || more.length > 0) {
    throw new SetupError(`the name of one user is needed, or "-" to read names: ${FORM}`);
  }
  const { "expires-in": expiresIn, claims } = values;
  const expiresInSeconds = expiresIn === undefined ? undefined : Number(expiresIn);
  if (expiresInSeconds !== undefined && (expiresIn?.trim() === "" || !Number.isInteger(expiresInSeconds))) {
    throw new SetupError(`--expires-in must be a whole number of seconds, got "${expiresIn}"`);
  }
  return { user, expiresInSeconds, claims: claims === undefined ? undefined : claimsFrom(claims) };
}

function claimsFrom(text: string): TokenRequest["claims"] {
  let claims: unknown;
  try {
    claims = JSON.parse(text);
  } catch {
    claims = undefined;
  }
  if (!isJsonObject(claims)) throw new SetupError(`--claims must be a JSON object such as '{"role":"admin"}'`);
  return claims;
}

function parse(args: readonly string[]) {
  // parseArgs takes a negative number for an option: "--expires-in -60" is "--expires-in=-60".
  const joined = args.flatMap((arg, index) =>
    arg === "--expires-in" ? [`${arg}=${args[index + 1] ?? ""}`] : args[index - 1] === "--expires-in" ? [] : [arg],
  );
  return parseOptions(
    {
      args: joined,
      allowPositionals: true,
      options: { "expires-in": { type: "string" }, claims: { type: "string" } },
    },
    (reason) => new SetupError(`${reason}: ${FORM}`),
  );
}
