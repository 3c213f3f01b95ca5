import type { TokenOptions } from "../issuer/issuer";
import type { RunningStack } from "../running-stack";
import { SetupError } from "../setup-error";

/** A token for a user, from the issuer of a running stack. */
export async function mintToken(
  { page_url }: RunningStack,
  user: string,
  options: Pick<TokenOptions, "expiresInSeconds" | "claims"> = {},
): Promise<string> {
  const { origin, hash } = new URL(page_url);
  const response = await fetch(new URL("/tokens", origin), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${hash.slice(1)}` },
    body: JSON.stringify({ user, ...options }),
  }).catch(() => {
    throw new SetupError(`the SUMU at ${origin} does not answer: start it again with "npm start"`);
  });
  if (!response.ok) throw new SetupError(`the SUMU at ${origin} gave no token (${response.status})`);
  return ((await response.json()) as { token: string }).token;
}
