import { userIdOf } from "../../handlers/authorizer/user-id";
import { ToolError } from "./tool-error";

/**
 * The user whom the authorizer reads from the token. Whether the token is genuine, the handshake shows.
 *
 * @throws ToolError if the token names no user
 */
export function tokenUser(token: string, claim: string): string {
  const json = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  const user = userIdOf({ claims: parse(json), json }, claim);
  if (user === undefined) throw new ToolError(`the token has no claim ${claim} that names a user`);
  return user;
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(json) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
