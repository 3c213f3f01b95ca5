import { type AuthorizerConfiguration, readConfiguration } from "../../handlers/authorizer/configuration";
import type { Stack } from "./stack";
import { ToolError } from "./tool-error";
import { webSocketUrl } from "./web-socket-url";

/** How a client connects to a stack. */
export interface ClientEntrance extends Pick<AuthorizerConfiguration, "tokenSource" | "userIdClaim"> {
  readonly url: URL;
}

/** @throws ToolError if the address is not known, or the authorizer's settings are wrong */
export async function clientEntrance(stack: Stack): Promise<ClientEntrance> {
  const { environment } = await stack.requireFunction("authorizer");
  const url = await webSocketUrl(stack);
  try {
    const { tokenSource, userIdClaim } = readConfiguration(environment);
    return { url, tokenSource, userIdClaim };
  } catch (error) {
    throw new ToolError(`the authorizer's settings are wrong, so nobody can connect: ${(error as Error).message}`);
  }
}
