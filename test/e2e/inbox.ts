import { randomUUID } from "node:crypto";
import { SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { assertReceived } from "./assert-wire";
import type { Received } from "./received";
import type { Target } from "./target";
import { until } from "./until";

/** Reads a queue as a backend would, and keeps all messages. Reading removes the messages from the queue. */
export class Inbox {
  readonly messages: Received[] = [];
  #isStopped = false;
  readonly #reading: Promise<void>;

  constructor(
    private readonly sqs: SQSClient,
    private readonly queueUrl: string,
  ) {
    this.#reading = this.#read();
    // `stop` reports this error. If a test fails first, the end of its stack can break the inbox, and must not fail
    // other tests.
    this.#reading.catch(() => {});
  }

  /** Waits for a number of messages of a user and source. Gives all, also later ones; each must match its schema. */
  async from(userId: string, source: string, count = 1): Promise<readonly Received[]> {
    const received = await until(`${count} messages of ${source}`, () => {
      const found = this.messages.filter(
        ({ attributes }) => attributes.user_id?.[1] === userId && attributes.source?.[1] === source,
      );
      return found.length >= count && found;
    });
    for (const message of received) assertReceived(message);
    return received;
  }

  /**
   * Ends after the current poll. If a poll is cut off, its messages can be lost: nobody sees them until the queue's
   * visibility timeout is over.
   *
   * @throws the error that ended the reading early
   */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { queueUrl: QueueUrl } = this;
    const receive = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: ["All"] };
    while (!this.#isStopped) {
      const { Messages = [] } = await this.sqs.send(new ReceiveMessageCommand(receive));
      if (Messages.length === 0) continue;
      for (const { Body = "", MessageAttributes = {} } of Messages) {
        const attributes = Object.entries(MessageAttributes).map(([name, { DataType, StringValue }]) => [
          name,
          [DataType, StringValue],
        ]);
        this.messages.push({ body: Body, attributes: Object.fromEntries(attributes) });
      }
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
}

/** An inbox for the messages topic, with a queue of its own. @returns `remove` removes both */
export async function subscribeInbox({
  sns,
  sqs,
  messages,
}: Target): Promise<{ inbox: Inbox; remove(): Promise<void> }> {
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `sumu-e2e-${randomUUID()}` }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const queueArn = Attributes?.QueueArn ?? "";
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": messages.topicArn } },
      },
    ],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn: messages.topicArn,
      Protocol: "sqs",
      Endpoint: queueArn,
      Attributes: { RawMessageDelivery: "true" },
      ReturnSubscriptionArn: true,
    }),
  );
  const inbox = new Inbox(sqs, QueueUrl);
  return {
    inbox,
    remove: async () => {
      await inbox.stop();
      await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}
