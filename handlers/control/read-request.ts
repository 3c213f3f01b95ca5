import type { SQSRecord } from "aws-lambda";
import {
  CONNECTION_GONE,
  CONTROL_ATTRIBUTES,
  CONTROL_ROUTE_KEYS,
  type ControlAction,
} from "../../src/contract/control";

/** A message of the control queue: a client's frame, and the facts that API Gateway has set. */
export interface ControlRequest {
  readonly userId: string;
  readonly connectionId: string;
  /** Epoch milliseconds of the frame. */
  readonly timestamp: number;
  readonly action: ControlAction;
  /** API Gateway's id of the request, as in the access log. */
  readonly requestId: string;
  /** One of PROTOCOLS. */
  readonly protocol: number;
  /** When the connection ends: epoch milliseconds. Undefined: API Gateway's own limit ends it. */
  readonly expiresAt: number | undefined;
  /** The channels that the authorizer granted. */
  readonly grants: string | undefined;
  /** The frame as the client sent it. */
  readonly body: string;
}

/** The message was not sent by a control route: a fact is missing. Names the attribute. */
export class MalformedRequestError extends Error {
  override readonly name = "MalformedRequestError";
}

/** @throws {@link MalformedRequestError} */
export function readRequest({ body, messageAttributes }: SQSRecord): ControlRequest {
  const given = (name: string) => messageAttributes?.[name]?.stringValue;
  const fact = (name: string): string => {
    const value = given(name);
    if (!value) throw new MalformedRequestError(`the message has no attribute ${name}`);
    return value;
  };
  const numberFact = (name: string): number => {
    const value = Number(fact(name));
    if (!Number.isSafeInteger(value)) throw new MalformedRequestError(`the attribute ${name} is not a whole number`);
    return value;
  };
  const action = fact(CONTROL_ATTRIBUTES.action);
  if (!isControlAction(action)) throw new MalformedRequestError("the attribute action is not a control route");
  return {
    userId: fact(CONTROL_ATTRIBUTES.userId),
    connectionId: fact(CONTROL_ATTRIBUTES.connectionId),
    timestamp: numberFact(CONTROL_ATTRIBUTES.timestamp),
    action,
    requestId: fact(CONTROL_ATTRIBUTES.requestId),
    protocol: numberFact(CONTROL_ATTRIBUTES.protocol),
    expiresAt: numberFact(CONTROL_ATTRIBUTES.expiresAt) || undefined,
    grants: given(CONTROL_ATTRIBUTES.grants),
    body,
  };
}

function isControlAction(text: string): text is ControlAction {
  return Object.values<string>(CONTROL_ROUTE_KEYS).includes(text);
}

/** The connection that is gone, if the message is the presence watchdog's. No client can send one: its action is not a route. */
export function goneConnection({ messageAttributes }: SQSRecord): string | undefined {
  const { [CONTROL_ATTRIBUTES.action]: action, [CONTROL_ATTRIBUTES.connectionId]: connection } =
    messageAttributes ?? {};
  return action?.stringValue === CONNECTION_GONE ? connection?.stringValue : undefined;
}
