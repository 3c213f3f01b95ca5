import type { DynamoDBRecord, DynamoDBStreamEvent, SQSEvent, SQSRecord } from "aws-lambda";

/** A record of the connections table's stream, as Lambda hands it over (view type KEYS_ONLY). */
export function streamRecord(options: {
  readonly eventName?: "INSERT" | "MODIFY" | "REMOVE";
  readonly userId: string;
  readonly connectionId?: string;
  readonly sequenceNumber: string;
  /** Epoch milliseconds; the stream tells whole seconds. */
  readonly at: number;
  /** Removed by TTL. */
  readonly expired?: boolean;
}): DynamoDBRecord {
  const { eventName = "INSERT", userId, connectionId = "Xyz0-cABoAMCJsg=", sequenceNumber, at, expired } = options;
  return {
    eventID: `e-${sequenceNumber}`,
    eventName,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "eu-central-1",
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1_000),
      Keys: { user_id: { S: userId }, connection_id: { S: connectionId } },
      SequenceNumber: sequenceNumber,
      SizeBytes: 61,
      StreamViewType: "KEYS_ONLY",
    },
    eventSourceARN:
      "arn:aws:dynamodb:eu-central-1:000000000000:table/acme-sumu-connections/stream/2026-11-24T08:00:00.000",
    ...(expired && { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }),
  };
}

export function streamEvent(...Records: DynamoDBRecord[]): DynamoDBStreamEvent {
  return { Records };
}

/** A message of the grace queue, as Lambda hands it over. */
export function queueRecord(options: { readonly messageId: string; readonly body: string }): SQSRecord {
  return {
    messageId: options.messageId,
    receiptHandle: `receipt-${options.messageId}`,
    body: options.body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "1795507200000",
      SenderId: "AROAEXAMPLE:acme-sumu-presence",
      ApproximateFirstReceiveTimestamp: "1795507230000",
    },
    messageAttributes: {},
    md5OfBody: "d41d8cd98f00b204e9800998ecf8427e",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:acme-sumu-presence-grace",
    awsRegion: "eu-central-1",
  };
}

export function queueEvent(...Records: SQSRecord[]): SQSEvent {
  return { Records };
}
