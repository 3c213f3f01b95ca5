import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { type CreateResource, ENCRYPTION_IS_AWS, NOT_NEEDED_LOCALLY } from "./creation";

/** SQS's names for the arguments of `aws_sqs_queue` that are plain attributes of a queue. */
const ATTRIBUTES = {
  delay_seconds: "DelaySeconds",
  max_message_size: "MaximumMessageSize",
  message_retention_seconds: "MessageRetentionPeriod",
  receive_wait_time_seconds: "ReceiveMessageWaitTimeSeconds",
  redrive_policy: "RedrivePolicy",
  visibility_timeout_seconds: "VisibilityTimeout",
} as const;

/** `aws_sqs_queue`: limits, times and redrive. */
export const createSqsQueue: CreateResource = async (args, { sqs }) => {
  const name = args.text("name");
  const attributes = Object.entries(ATTRIBUTES).flatMap(([argument, attribute]) => {
    const value = args.optionalText(argument);
    return value === undefined ? [] : [[attribute, value] as const];
  });
  args.leaveOut(NOT_NEEDED_LOCALLY, "tags", "tags_all");
  args.leaveOut(ENCRYPTION_IS_AWS, "sqs_managed_sse_enabled", "kms_master_key_id", "kms_data_key_reuse_period_seconds");
  args.leaveOut(
    "the policy is a resource of its own, and the emulator lets any queue name any dead-letter queue",
    "policy",
    "redrive_allow_policy",
  );
  args.finish();

  const { QueueUrl: url = "" } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: Object.fromEntries(attributes) }),
  );
  const described = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }));
  return {
    attributes: { id: url, url, arn: described.Attributes?.QueueArn ?? null },
    remove: () => sqs.send(new DeleteQueueCommand({ QueueUrl: url })),
  };
};
