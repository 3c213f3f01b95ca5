import { PROTOCOL_PARAMETER } from "../../src/contract/authorizer-context";
import { PROTOCOLS } from "../../src/contract/tables";
import type { ConnectEvent } from "./connect-event";

/**
 * The protocol that a client asked for, if SUMU knows it. Undefined for any other text: the client gets bare
 * notifications.
 */
export function protocolOf({ queryStringParameters }: ConnectEvent): number | undefined {
  const asked = queryStringParameters?.[PROTOCOL_PARAMETER];
  return asked === String(PROTOCOLS.envelopes) ? PROTOCOLS.envelopes : undefined;
}
