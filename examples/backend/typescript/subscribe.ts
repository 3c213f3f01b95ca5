import { type SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Message } from "sumu-backend";

/**
 * Makes a queue for this service that gets the messages topic's messages, of some sources only. A second call changes
 * nothing. In production, use three Terraform resources instead: docs/choosing-sns-or-sqs.md has them.
 *
 * @returns the queue's URL
 */
export async function subscribe(
  sns: SNSClient,
  sqs: SQSClient,
  topicArn: string,
  queueName: string,
  sources: readonly Message["source"][],
): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queueName }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const queueArn = Attributes?.QueueArn;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
      },
    ],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: "sqs",
      Endpoint: queueArn,
      // Without raw delivery, the body would be an SNS envelope with the attributes inside it.
      Attributes: { RawMessageDelivery: "true", FilterPolicy: JSON.stringify({ source: sources }) },
    }),
  );
  return QueueUrl ?? "";
}
