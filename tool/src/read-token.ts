import { readFile } from "node:fs/promises";
import type { Call } from "./command";
import { ToolError } from "./tool-error";

const PLACES = `give "--token -" and write the token as the first line of the standard input, or "--token <file>", or set SUMU_TOKEN`;
/** How a JWT begins: `{"` in base64url. */
const IS_TOKEN = /^(bearer\s+)?eyJ/i;

/** The option of commands that connect as a client. */
export const TOKEN_OPTION = {
  token: {
    type: "string",
    help: '"-": the first line of the standard input; else a file. Default: the variable SUMU_TOKEN',
  },
} as const;

/**
 * The token with which a command connects. No error has a part of it.
 *
 * @throws ToolError if there is none, or if it is on the command line: the shell's history and the list of processes
 * would have it
 */
export async function readToken({ options: { token: place }, lines, token, progress }: Call): Promise<string> {
  const text = await readFrom();
  const trimmed = text?.trim();
  if (trimmed) return trimmed;
  throw new ToolError(`there is no token: ${PLACES}`);

  async function readFrom(): Promise<string | undefined> {
    if (typeof place !== "string") return token?.() ?? process.env.SUMU_TOKEN;
    if (IS_TOKEN.test(place)) throw new ToolError(`do not write a token into the command line: ${PLACES}`);
    if (place !== "-") {
      return readFile(place, "utf8").catch(() => {
        throw new ToolError(`the file that --token names cannot be read: ${PLACES}`);
      });
    }
    // The terminal shows nothing any more as soon as its lines are read.
    const secret = lines().secret();
    if (process.stdin.isTTY) progress("Paste the token and press Enter. It is not shown.");
    return secret;
  }
}
