import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import type { LocalStack } from "../../local/local-stack";

/** Replaces the 12 minutes after which SQS delivers an unfinished batch again. */
const VISIBILITY_TIMEOUT_SECONDS = 20;
/** In so much shorter a time, a message is received as much more often. */
const MAX_RECEIVE_COUNT = 100;

const COUNTS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

/** Makes the notifications queue hand out a batch again soon after its function was killed. */
export async function shortenWaits({ aws: { sqs }, info }: LocalStack): Promise<void> {
  const QueueUrl = info.notifications.queue.url;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["RedrivePolicy"] }));
  const redrive = { ...JSON.parse(Attributes?.RedrivePolicy ?? "{}"), maxReceiveCount: MAX_RECEIVE_COUNT };
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl,
      Attributes: { VisibilityTimeout: String(VISIBILITY_TIMEOUT_SECONDS), RedrivePolicy: JSON.stringify(redrive) },
    }),
  );
}

/** How many notifications wait, or are being delivered. */
export function countBacklog(stack: LocalStack): Promise<number> {
  return messagesIn(stack, stack.info.notifications.queue.url);
}

/**
 * How many frames wait for the control function. Frames that a killed function had are not counted: SQS delivers them
 * again after six minutes, and their connections are over by then.
 */
export async function countWaitingFrames(stack: LocalStack): Promise<number> {
  const [url = ""] = await queuesThatEndWith(stack, "-control");
  return messagesIn(stack, url, ["ApproximateNumberOfMessages"]);
}

/** How many messages no function could handle, by the queue that has them and the reason that SUMU gives. */
export async function countDeadLetters(stack: LocalStack): Promise<Readonly<Record<string, number>>> {
  const { sqs } = stack.aws;
  const counts: Record<string, number> = {};
  for (const QueueUrl of await queuesThatEndWith(stack, "-dlq")) {
    const queue = QueueUrl.split("-sumu-").at(-1) ?? QueueUrl;
    for (;;) {
      // Long enough that each message is received once.
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["reason"],
          VisibilityTimeout: 3_600,
        }),
      );
      if (Messages.length === 0) break;
      for (const { MessageAttributes } of Messages) {
        const what = `${queue}, ${MessageAttributes?.reason?.StringValue ?? "without a reason"}`;
        counts[what] = (counts[what] ?? 0) + 1;
      }
    }
  }
  return counts;
}

async function queuesThatEndWith({ aws: { sqs } }: LocalStack, end: string): Promise<readonly string[]> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return QueueUrls.filter((url) => url.endsWith(end));
}

async function messagesIn(
  { aws: { sqs } }: LocalStack,
  QueueUrl: string,
  AttributeNames: readonly (typeof COUNTS)[number][] = COUNTS,
): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
}
