import { AUTHORIZER_CONTEXT } from "../contract/authorizer-context";
import { CONNECTION_ENDED } from "../contract/frames";
import { CONNECTION_ROW_SECONDS } from "../contract/limits";
import { MESSAGE_ATTRIBUTES, MESSAGE_SOURCES } from "../contract/messages";
import { CONNECTION, PROTOCOLS } from "../contract/tables";

/**
 * Mapping templates as API Gateway documents them for WebSocket APIs: Velocity over `$input`, `$context` and `$util`.
 * Each is one line, since Velocity keeps the line breaks between directives and a form body must not hold any; and no
 * letter follows `#end` or `#else`, since Velocity would read it as part of the directive's name.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */

/** `escapeJavaScript` writes ' as \', which JSON does not know; AWS documents this repair. */
const USER_ID_JSON = `$util.escapeJavaScript($context.authorizer.principalId).replaceAll("\\\\'","'")`;

/** What the authorizer says of a connection, or an empty text: an authorizer that was released earlier says nothing. */
function saidByAuthorizer(name: keyof typeof AUTHORIZER_CONTEXT): string {
  return `"$!context.authorizer.${AUTHORIZER_CONTEXT[name]}"`;
}

/**
 * DynamoDB PutItem for `$connect`. `delete_at` is the authorizer's, or else epoch seconds by integer division: it is a
 * Number, or TTL ignores it.
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
 * Sets `$message` to what the client meant: a string's own text, anything else as its JSON text. It is an empty string
 * when the frame has no `message`, null, or an empty string: the parameter is then left out, the service refuses the
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
 * When the connection ends by the authorizer's word, and the time of the frame: epoch milliseconds of 13 digits both, so
 * that texts compare as numbers do.
 */
const SET_END = `#set($expiresAt = ${saidByAuthorizer("expiresAt")})#set($now = "$!context.requestTimeEpoch")`;

/** A comparison that fails counts as an end, not as a connection without one. */
const IS_OPEN = `($expiresAt == "" || $now.compareTo($expiresAt) < 0)`;

/** `&<parameter>=<message>`, or nothing: also after the connection's end, so that the service refuses the request. */
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
    .map(
      ({ name, type, value }, index) =>
        `&${entry}.${index + 1}.Name=${name}` +
        `&${entry}.${index + 1}.Value.DataType=${type}` +
        `&${entry}.${index + 1}.Value.StringValue=$util.urlEncode(${value})`,
    )
    .join("");
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

/** What the client hears when the service took its message. `$context` only: the service answers in XML or JSON. */
export const ACK_TEMPLATE = `{"type":"ack","action":"$context.routeKey","requestId":"$context.requestId"}`;

/** What it hears when the service refused: the message is missing, or the connection's end has passed. */
export const ERROR_TEMPLATE =
  `${SET_END}{"type":"error","action":"$context.routeKey","requestId":"$context.requestId",` +
  `#if${IS_OPEN}"message":"The message is missing, empty or too large, or the service refused it."` +
  `#else"reason":"${CONNECTION_ENDED}",` +
  `"message":"The token of this connection has ended. Connect again with a new token."#end}`;

/** The request of the MOCK integration that answers a ping. */
export const PING_REQUEST_TEMPLATE = `{"statusCode":200}`;

export const PONG_TEMPLATE = `{"type":"pong","statusCode":200,"connectionId":"$context.connectionId"}`;
