import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";

/** A topic and a queue, as the stack's outputs of these names give them. */
export interface Channel {
  readonly topicArn: string;
  readonly queueUrl: string;
}

/** A running SUMU for the behaviours, and the actions that they may use on it. */
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
  /** A token that the stack accepts. */
  mint(userId: string): Promise<string>;
  /** A token of the stack's issuer, for an audience that the stack does not accept; absent: not checked. */
  readonly mintForOtherAudience?: (userId: string) => Promise<string>;
  /** A token that is valid except that it has expired; absent: not checked. */
  readonly mintExpired?: (userId: string) => Promise<string>;
}
