import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { ifExists } from "./if-exists";

export interface QueueState {
  readonly url: string;
  readonly arn: string;
  /** Messages that wait for a consumer. */
  readonly waiting: number;
  /** Messages that a consumer has now. */
  readonly inFlight: number;
  /** The queue to which SQS moves messages that nobody could handle. */
  readonly deadLetterArn?: string;
}

/** Undefined if there is no such queue. */
export async function readQueue(sqs: SQSClient, QueueName: string): Promise<QueueState | undefined> {
  const found = await ifExists(sqs.send(new GetQueueUrlCommand({ QueueName })));
  if (found?.QueueUrl === undefined) return undefined;
  const { QueueUrl } = found;
  const answer = await ifExists(sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] })));
  if (answer === undefined) return undefined;
  const { Attributes = {} } = answer;
  const policy = JSON.parse(Attributes.RedrivePolicy || "{}") as { deadLetterTargetArn?: string };
  return {
    url: QueueUrl,
    arn: Attributes.QueueArn ?? "",
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    deadLetterArn: policy.deadLetterTargetArn,
  };
}
