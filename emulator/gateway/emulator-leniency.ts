import type { ServiceTarget } from "./api-definition";
import type { ServiceResponse } from "./service-messages";

/**
 * Requests that AWS refuses and the emulator accepts. A client that gets an error on AWS must get it here too.
 *
 * SNS answers "Invalid parameter: Empty message" to a Publish without a message; MiniStack 1.5.33 delivers an empty
 * text.
 *
 * @param body - of the query protocol
 * @returns the answer that AWS would give; undefined: ask the emulator
 */
export function refusalOfAws({ service, action }: ServiceTarget, body: string): ServiceResponse | undefined {
  if (service !== "sns") return undefined;
  const parameters = new URLSearchParams(body);
  if ((action ?? parameters.get("Action")) !== "Publish" || parameters.get("Message")) return undefined;
  return {
    status: 400,
    body:
      '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>' +
      "<Code>InvalidParameter</Code><Message>Invalid parameter: Empty message</Message></Error></ErrorResponse>",
  };
}
