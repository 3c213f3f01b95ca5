import type { SNSEvent, SQSEvent } from "aws-lambda";
import { POSTED_BY_ATTRIBUTE } from "../../src/contract/channels";
import { CONTINUATION } from "./continuation";
import type { IncomingMessage } from "./pusher";

/** @param functionName - the pusher's own name: a message that it has sent is a continuation */
export function messagesOfQueue({ Records }: SQSEvent, functionName: string | undefined): readonly IncomingMessage[] {
  return Records.map(({ messageId, body, attributes, messageAttributes }) => ({
    id: messageId,
    body,
    sentAt: epochMilliseconds(Number(attributes?.SentTimestamp)),
    isContinuation:
      Object.hasOwn(messageAttributes ?? {}, CONTINUATION) || isFromFunction(attributes?.SenderId, functionName),
    postedBy: messageAttributes?.[POSTED_BY_ATTRIBUTE]?.stringValue,
  }));
}

/** Every publisher may set attributes, and SUMU never publishes here. So none of these messages is a continuation. */
export function messagesOfTopic({ Records }: SNSEvent): readonly IncomingMessage[] {
  return Records.map(({ Sns }) => ({
    id: Sns.MessageId,
    body: Sns.Message,
    sentAt: epochMilliseconds(Date.parse(Sns.Timestamp)),
  }));
}

/**
 * Whether this same function has sent a message. SQS gives the sender as `<id of the role>:<name of its session>`, and
 * a function's session has the function's name. A function may be updated from a version that did not mark its
 * continuations. This check recognizes the continuations that were in the queue at that time.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
function isFromFunction(senderId: string | undefined, functionName: string | undefined): boolean {
  return functionName !== undefined && senderId?.split(":")[1] === functionName;
}

function epochMilliseconds(time: number): number | undefined {
  return Number.isFinite(time) ? time : undefined;
}

export function isSnsEvent(event: SQSEvent | SNSEvent): event is SNSEvent {
  const [first] = event.Records;
  return first !== undefined && "Sns" in first;
}
