import { AUTHORIZER_CONTEXT } from "../contract/authorizer-context";
import { CONNECTION_ENDED } from "../contract/frames";
import { CONNECTION_ROW_SECONDS } from "../contract/limits";
import { MESSAGE_ATTRIBUTES, MESSAGE_SOURCES } from "../contract/messages";
import { CONNECTION, PROTOCOLS } from "../contract/tables";

/**
 * Mapping templates as API Gateway documents them for WebSocket APIs: Velocity over `$input`, `$context` and `$util`.
 * Each template is one line, because Velocity keeps the line breaks between directives, and a form body must not
 * contain line breaks. No letter follows `#end` or `#else`, because Velocity would read it as part of the directive's
 * name.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */

/** `escapeJavaScript` writes ' as \', which is not valid JSON. AWS documents this fix. */
const USER_ID_JSON = `$util.escapeJavaScript($context.authorizer.principalId).replaceAll("\\\\'","'")`;

/** A value of the authorizer's context, or an empty text: an older authorizer sends none. */
export function saidByAuthorizer(name: keyof typeof AUTHORIZER_CONTEXT): string {
  return `"$!context.authorizer.${AUTHORIZER_CONTEXT[name]}"`;
}

/**
 * DynamoDB PutItem for `$connect`. `delete_at` comes from the authorizer, or else is epoch seconds by integer division.
 * It must be a Number, or TTL ignores it.
 */
export function putConnectionTemplate(tableName: string): string {
  return (
    `#set($deleteAt = ${saidByAuthorizer("deleteAt")})#set($protocol = ${saidByAuthorizer("protocol")})` +
    `#if($deleteAt == "")#set($deleteAt = $context.requestTimeEpoch / 1000 + ${CONNECTION_ROW_SECONDS})#end` +
    `{"TableName":"${tableName}","Item":{` +
    `"${CONNECTION.userId}":{"S":"${USER_ID_JSON}"},` +
    `"${CONNECTION.connectionId}":{"S":"$context.connectionId"},` +
    `"${CONNECTION.connectedAt}":{"N":"$context.requestTimeEpoch"},` +
    `"${CONNECTION.deleteAt}":{"N":"$deleteAt"}` +
    `#if($protocol == "${PROTOCOLS.envelopes}"),"${CONNECTION.protocol}":{"N":"${PROTOCOLS.envelopes}"}#end}}`
  );
}

/** DynamoDB DeleteItem for `$disconnect`. */
export function deleteConnectionTemplate(tableName: string): string {
  return (
    `{"TableName":"${tableName}","Key":{` +
    `"${CONNECTION.userId}":{"S":"${USER_ID_JSON}"},` +
    `"${CONNECTION.connectionId}":{"S":"$context.connectionId"}}}`
  );
}

/**
 * Sets `$message` to the client's message: a string's own text, anything else as its JSON text. It is an empty string
 * if the frame has no `message`, null, or an empty string. Then the parameter is left out, the service refuses the
 * request, and the client gets an error frame.
 *
 * Versions of Velocity differ on an empty block and on `#set` of a value that is null. So each block has content, and
 * each `#set` takes a double-quoted string with a quiet reference (`$!`), which is never null.
 */
const SET_MESSAGE =
  `#set($json = "$!input.json('$.message')")` +
  `#if($json.startsWith('"'))#set($message = "$!input.path('$.message')")` +
  `#elseif($json != "null")#set($message = "$!json")` +
  `#else#set($message = "")#end`;

/**
 * The end of the connection that the authorizer set, and the time of the frame. Both are epoch milliseconds of 13
 * digits, so texts compare as numbers do.
 */
export const SET_END = `#set($expiresAt = ${saidByAuthorizer("expiresAt")})#set($now = "$!context.requestTimeEpoch")`;

/** If the comparison fails, the connection counts as ended. */
export const IS_OPEN = `($expiresAt == "" || $now.compareTo($expiresAt) < 0)`;

/**
 * `&<parameter>=<message>`, or nothing. It is also nothing after the connection's end, so that the service refuses the
 * request.
 */
function messageParameter(parameter: string): string {
  return `${SET_END}#if($message != "" && ${IS_OPEN})&${parameter}=$util.urlEncode($message)#end`;
}

interface Attribute {
  readonly name: string;
  readonly type: "String" | "Number";
  /** A Velocity expression. */
  readonly value: string;
}

function attributes(source: string): readonly Attribute[] {
  return [
    { name: MESSAGE_ATTRIBUTES.userId, type: "String", value: "$context.authorizer.principalId" },
    { name: MESSAGE_ATTRIBUTES.timestamp, type: "Number", value: '"$context.requestTimeEpoch"' },
    { name: MESSAGE_ATTRIBUTES.source, type: "String", value: `'${source}'` },
  ];
}

function attributeParameters(entry: string, source: string): string {
  return attributes(source)
    .map((attribute, index) => attributeParameter(entry, index + 1, attribute))
    .join("");
}

/** A message attribute of a request in the query protocol. */
export function attributeParameter(entry: string, number: number, { name, type, value }: Attribute): string {
  return (
    `&${entry}.${number}.Name=${name}` +
    `&${entry}.${number}.Value.DataType=${type}` +
    `&${entry}.${number}.Value.StringValue=$util.urlEncode(${value})`
  );
}

/** SQS SendMessage for `send`, in the query protocol: the attribute parameter is `MessageAttribute.N`, singular. */
export function sendMessageTemplate(): string {
  return (
    `Action=SendMessage${SET_MESSAGE}` +
    attributeParameters("MessageAttribute", MESSAGE_SOURCES.send) +
    messageParameter("MessageBody")
  );
}

/** SNS Publish for `publish`. */
export function publishTemplate(topicArn: string): string {
  return (
    `Action=Publish${SET_MESSAGE}&TopicArn=$util.urlEncode('${topicArn}')` +
    attributeParameters("MessageAttributes.entry", MESSAGE_SOURCES.publish) +
    messageParameter("Message")
  );
}

/**
 * The client's answer when the service accepted its message. It uses `$context` only: the service answers in XML or
 * JSON.
 */
export const ACK_TEMPLATE = `{"type":"ack","action":"$context.routeKey","requestId":"$context.requestId"}`;

/** The client's answer when the service refused: the message is missing, or the connection's end has passed. */
export const ERROR_TEMPLATE =
  `${SET_END}{"type":"error","action":"$context.routeKey","requestId":"$context.requestId",` +
  `#if${IS_OPEN}"message":"The message is missing, empty or too large, or the service refused it."` +
  `#else"reason":"${CONNECTION_ENDED}",` +
  `"message":"The token of this connection has ended. Connect again with a new token."#end}`;

/** The request of the MOCK integration that answers a ping. */
export const PING_REQUEST_TEMPLATE = `{"statusCode":200}`;

export const PONG_TEMPLATE = `{"type":"pong","statusCode":200,"connectionId":"$context.connectionId"}`;
