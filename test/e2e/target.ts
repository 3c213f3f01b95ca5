import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";

/** A topic and a queue, as the stack's outputs of these names give them. */
export interface Channel {
  readonly topicArn: string;
  readonly queueUrl: string;
}

/** A running SUMU that the behaviours are checked on, and what they may do there. */
export interface Target {
  /** Where clients connect, without the token. */
  readonly websocketUrl: string;
  readonly notifications: Channel;
  readonly messages: Channel;
  readonly connectionsTableName: string;
  /** Where presence events arrive. */
  readonly presenceSource: "topic" | "queue";
  readonly dynamodb: DynamoDBClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  /** A token that the stack takes. */
  mint(userId: string): Promise<string>;
  /** Signed by the stack's issuer, for an audience that the stack does not take; absent: not checked. */
  readonly mintForOtherAudience?: (userId: string) => Promise<string>;
  /** Good in everything but that its time is over; absent: not checked. */
  readonly mintExpired?: (userId: string) => Promise<string>;
}
