import type { Gateway, GatewayOptions } from "./gateway-options";

export type * from "./api-definition";
export type * from "./gateway-options";
export { readApi } from "./read-api";

export async function startGateway(_options: GatewayOptions): Promise<Gateway> {
  throw new Error("not yet");
}
