import { CONTROL_ATTRIBUTES } from "../contract/control";
import { PROTOCOLS } from "../contract/tables";
import { attributeParameter, IS_OPEN, SET_END, saidByAuthorizer } from "./mapping-templates";

/** The values of the attributes. `grants` is the last one: the numbers of attributes may have no gap. */
const VALUES = [
  { name: CONTROL_ATTRIBUTES.userId, type: "String", value: "$context.authorizer.principalId" },
  { name: CONTROL_ATTRIBUTES.connectionId, type: "String", value: "$context.connectionId" },
  { name: CONTROL_ATTRIBUTES.timestamp, type: "Number", value: '"$context.requestTimeEpoch"' },
  { name: CONTROL_ATTRIBUTES.action, type: "String", value: "$context.routeKey" },
  { name: CONTROL_ATTRIBUTES.requestId, type: "String", value: "$context.requestId" },
  { name: CONTROL_ATTRIBUTES.protocol, type: "String", value: "$protocol" },
  { name: CONTROL_ATTRIBUTES.expiresAt, type: "Number", value: "$ends" },
] as const;

const GRANTS = { name: CONTROL_ATTRIBUTES.grants, type: "String", value: "$grants" } as const;

/**
 * SQS SendMessage for every control route. The body is the client's frame as it came; the facts are message attributes,
 * which the client cannot choose. After the connection's end there is no body, so that SQS refuses the request.
 */
export function controlTemplate(): string {
  return (
    `Action=SendMessage${SET_END}#set($protocol = ${saidByAuthorizer("protocol")})#set($grants = ${saidByAuthorizer("grants")})` +
    `#if($protocol == "")#set($protocol = "${PROTOCOLS.bare}")#end` +
    `#if($expiresAt == "")#set($ends = "0")#else#set($ends = "$expiresAt")#end` +
    VALUES.map((value, index) => attributeParameter("MessageAttribute", index + 1, value)).join("") +
    `#if($grants != "")${attributeParameter("MessageAttribute", VALUES.length + 1, GRANTS)}#end` +
    `#if${IS_OPEN}&MessageBody=$util.urlEncode($input.body)#end`
  );
}
