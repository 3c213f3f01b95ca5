import { PUSHER_ENVIRONMENT } from "../../src/contract/pusher-handler";
import type { Stack } from "./stack";
import { ToolError } from "./tool-error";

/**
 * Where clients connect: the target's address, else that of the pusher's settings.
 *
 * @throws ToolError if neither is known
 */
export async function webSocketUrl(stack: Stack): Promise<URL> {
  const { websocketUrl } = stack.target;
  if (websocketUrl !== undefined) return new URL(websocketUrl);
  const endpoint = (await stack.requireFunction("pusher")).environment[PUSHER_ENVIRONMENT.endpoint] ?? "";
  if (URL.canParse(endpoint)) return new URL(endpoint.replace(/^http/, "ws"));
  throw new ToolError("the pusher has no address of the API: run terraform apply, or give --outputs");
}
