import { CONNECTION_ROW_SECONDS } from "../contract/limits";
import { MESSAGE_ATTRIBUTES, MESSAGE_SOURCES } from "../contract/messages";
import { CONNECTION } from "../contract/tables";

/**
 * Mapping templates as API Gateway documents them for WebSocket APIs: Velocity over `$input`, `$context` and `$util`.
 * Each is one line, since Velocity keeps the line breaks between directives and a form body must not hold any; and no
 * letter follows `#end` or `#else`, since Velocity would read it as part of the directive's name.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */

/** `escapeJavaScript` writes ' as \', which JSON does not know; AWS documents this repair. */
const USER_ID_JSON = `$util.escapeJavaScript($context.authorizer.principalId).replaceAll("\\\\'","'")`;

/** DynamoDB PutItem for `$connect`. Epoch seconds by integer division: `delete_at` is a Number, or TTL ignores it. */
export function putConnectionTemplate(tableName: string): string {
  return (
    `#set($deleteAt = $context.requestTimeEpoch / 1000 + ${CONNECTION_ROW_SECONDS})` +
    `{"TableName":"${tableName}","Item":{` +
    `"${CONNECTION.userId}":{"S":"${USER_ID_JSON}"},` +
    `"${CONNECTION.connectionId}":{"S":"$context.connectionId"},` +
    `"${CONNECTION.connectedAt}":{"N":"$context.requestTimeEpoch"},` +
    `"${CONNECTION.deleteAt}":{"N":"$deleteAt"}}}`
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

/** `&<parameter>=<message>`, or nothing. */
function messageParameter(parameter: string): string {
  return `#if($message != "")&${parameter}=$util.urlEncode($message)#end`;
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

/** What it hears when the service refused, a missing message included. */
export const ERROR_TEMPLATE =
  `{"type":"error","action":"$context.routeKey","requestId":"$context.requestId",` +
  `"message":"The message is missing, empty or too large, or the service refused it."}`;

/** The request of the MOCK integration that answers a ping. */
export const PING_REQUEST_TEMPLATE = `{"statusCode":200}`;

export const PONG_TEMPLATE = `{"type":"pong","statusCode":200,"connectionId":"$context.connectionId"}`;
