/** A message of the notifications queue, as Lambda gives it to the pusher. */
export function queueEvent(messageId: string, body: string): object {
  const attributes = { ApproximateReceiveCount: "1", SentTimestamp: String(Date.now()), SenderId: "soak" };
  const record = { messageId, receiptHandle: messageId, body, attributes, messageAttributes: {}, md5OfBody: "" };
  return { Records: [{ ...record, eventSource: "aws:sqs", eventSourceARN: "", awsRegion: "us-east-1" }] };
}

/** A message of the notifications topic, as Lambda gives it to the pusher. */
export function topicEvent(messageId: string, message: string, topicArn: string): object {
  const Sns = {
    Type: "Notification",
    MessageId: messageId,
    TopicArn: topicArn,
    Subject: null,
    Message: message,
    Timestamp: new Date().toISOString(),
    MessageAttributes: {},
  };
  return { Records: [{ EventSource: "aws:sns", EventVersion: "1.0", EventSubscriptionArn: topicArn, Sns }] };
}
