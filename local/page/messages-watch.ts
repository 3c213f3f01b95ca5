import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  type Message,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { AwsClients } from "../backend/aws";
import { peekQueue } from "../backend/peek-queue";
import type { StackInfo } from "../stack-info";

/** A message as a backend receives it. */
export interface WatchedMessage {
  readonly via: "topic" | "queue";
  readonly id: string;
  readonly body: string;
  /** The value of each name; a Number's value as text. */
  readonly attributes: { readonly [name: string]: string };
}

const PEEK_INTERVAL_MILLISECONDS = 250;
const ERROR_PAUSE_MILLISECONDS = 1_000;

/**
 * Watches the messages that backends receive. For the topic it uses its own queue, subscribed as any backend's would
 * be. For the messages queue it uses an endpoint of the emulator that removes nothing, so a backend on that queue still
 * gets every message.
 *
 * @returns a function that stops the watch and removes the subscription
 */
export async function watchMessages(
  stack: StackInfo,
  aws: AwsClients,
  onMessage: (message: WatchedMessage) => void,
): Promise<() => Promise<void>> {
  const stopped = new AbortController();
  const topic = await watchTopic(stack, aws, onMessage, stopped.signal);
  const queue = watchQueue(stack, aws, onMessage, stopped.signal);
  return async () => {
    stopped.abort();
    await Promise.all([topic(), queue]);
  };
}

/** A topic may put messages into a queue only if the queue's policy allows it. */
function policyFor(queueArn: string): string {
  const Statement = {
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queueArn,
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
}

async function watchTopic(
  { messages, region }: StackInfo,
  { sns, sqs }: AwsClients,
  onMessage: (message: WatchedMessage) => void,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  // Each watcher has its own queue, because each reader of a shared queue would get only a part of the messages.
  const QueueName = `${messages.topic.name.slice(0, 60)}-watch-${randomUUID().slice(0, 8)}`;
  const queueArn = `arn:aws:sqs:${region}:000000000000:${QueueName}`;
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName, Attributes: { Policy: policyFor(queueArn) } }),
  );
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn: messages.topic.arn,
      Protocol: "sqs",
      Endpoint: queueArn,
      Attributes: { RawMessageDelivery: "true" },
      ReturnSubscriptionArn: true,
    }),
  );
  const receive = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] };
  const loop = repeat(signal, async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive), { abortSignal: signal });
    for (const message of Messages) onMessage(watched("topic", message));
    if (Messages.length === 0) return;
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  });
  return async () => {
    await loop;
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  };
}

/**
 * Reports each message that arrives in the messages queue, until the signal aborts. It removes no message.
 *
 * @param fromStart - report the messages that are there already, too; a page would show them again at each reload
 */
export function watchQueue(
  { messages }: Pick<StackInfo, "messages">,
  { access }: AwsClients,
  onMessage: (message: WatchedMessage) => void,
  signal: AbortSignal,
  fromStart = false,
): Promise<void> {
  let known: ReadonlySet<string> | undefined = fromStart ? new Set() : undefined;
  return repeat(signal, async () => {
    const present = await peekQueue(access, messages.queue.url, signal);
    const ids = new Set(present.map(({ MessageId }) => MessageId));
    const previous = known ?? ids;
    for (const message of present) if (!previous.has(message.MessageId)) onMessage(watched("queue", message));
    known = ids;
    await sleep(PEEK_INTERVAL_MILLISECONDS, undefined, { signal });
  });
}

/** Runs until it is stopped. It retries after a failure, because an emulator may be restarted. */
async function repeat(signal: AbortSignal, action: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await action();
    } catch {
      await sleep(ERROR_PAUSE_MILLISECONDS, undefined, { signal }).catch(() => {});
    }
  }
}

function watched(
  via: WatchedMessage["via"],
  { MessageId = "", Body = "", MessageAttributes = {} }: Message,
): WatchedMessage {
  const attributes = Object.entries(MessageAttributes).map(([name, { StringValue = "" }]) => [name, StringValue]);
  return { via, id: MessageId, body: Body, attributes: Object.fromEntries(attributes) };
}
