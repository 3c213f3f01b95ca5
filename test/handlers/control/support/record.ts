import type { SQSRecord } from "aws-lambda";

/** A message of the control queue, as API Gateway's template sends it and Lambda hands it over. */
export function record(
  messageId: string,
  body: string,
  over: Readonly<Record<string, string | undefined>> = {},
): SQSRecord {
  const facts = {
    user_id: "alice",
    connection_id: "J6x7dFvtIAMCIGA=",
    timestamp: "1764000000999",
    action: "recover",
    request_id: "J6x7eGbqIAMFwyg=",
    protocol: "2",
    expires_at: "0",
    ...over,
  };
  const attribute = (stringValue: string) => ({
    stringValue,
    dataType: "String" as const,
    stringListValues: [],
    binaryListValues: [],
  });
  return {
    messageId,
    body,
    receiptHandle: "",
    attributes: {} as SQSRecord["attributes"],
    messageAttributes: Object.fromEntries(
      Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, attribute(value)]])),
    ),
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:control",
    awsRegion: "eu-west-1",
  };
}
