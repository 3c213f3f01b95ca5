import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { CreateResource } from "./creation";

/** `aws_sqs_queue_policy`. The emulator deletes it with its queue. */
export const createSqsQueuePolicy: CreateResource = async (args, { sqs }) => {
  const QueueUrl = args.text("queue_url");
  const Policy = args.text("policy");
  args.finish();

  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  return { attributes: { id: QueueUrl } };
};
