/** A topic and a queue for the same kind of message. */
export interface TopicAndQueue {
  /** The SNS topic. */
  readonly topic: Topic;
  /** The SQS queue. */
  readonly queue: Queue;
}

/** An SNS topic, with the values that a policy or an SDK needs. */
export interface Topic {
  /** As policies and SDKs need it. */
  readonly arn: string;
  /** The last part of {@link arn}. */
  readonly name: string;
}

/** An SQS queue, with the values that a policy or an SDK needs. */
export interface Queue {
  /** As policies need it. */
  readonly arn: string;
  /** As SDKs need it. */
  readonly url: string;
  /** The last part of {@link arn}. */
  readonly name: string;
}

/** A DynamoDB table, with the values that a policy or an SDK needs. */
export interface Table {
  /** As SDKs need it. */
  readonly name: string;
  /** As policies need it. */
  readonly arn: string;
}

/** The connections table: a row for each open connection. */
export interface ConnectionsTable extends Table {
  /** The ARN of its stream: an INSERT when a connection opens, a REMOVE when it is gone; keys only. */
  readonly streamArn: string;
}
