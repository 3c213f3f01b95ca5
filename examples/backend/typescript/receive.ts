import { setTimeout } from "node:timers/promises";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
  type Message as SqsMessage,
} from "@aws-sdk/client-sqs";

/** A client's message or a presence event: schemas/client-message.schema.json, schemas/presence-message.schema.json. */
export interface Message {
  /** Stays the same when SQS delivers the message again. */
  readonly id: string;
  readonly body: string;
  readonly userId: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly source: "apigw.route.send" | "apigw.route.publish" | "lambda.presence.watchdog";
}

/** Which messages are done. Several processes need a shared place for it: a table with a conditional put and a TTL. */
export interface Done {
  has(id: string): boolean | Promise<boolean>;
  add(id: string): void | Promise<void>;
}

/** For one process: the last 10,000 ids. */
export class RecentlyDone implements Done {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > 10_000 && oldest !== undefined) this.#ids.delete(oldest);
  }
}

export interface ReceiveOptions {
  /** Ends the loop after the current poll, which takes at most 20 seconds. Messages of this poll are still handled. */
  readonly signal: AbortSignal;
  readonly done?: Done;
  /** Called when a message could not be handled. Log the id and the error, never the body. */
  readonly onError?: (error: unknown, messageId?: string) => void;
  /** A failed message arrives again after this time, and not after the queue's 720 seconds. */
  readonly retryAfterSeconds?: number;
}

/**
 * Receives messages from a queue until it is stopped: ten at a time by long polling, and handled in parallel. A message
 * is deleted when `handle` is done with it. A failed message arrives again, and moves to the dead-letter queue after
 * five receives.
 *
 * SQS delivers at least once: `handle` is not called for a message that `done` knows. If the process dies after it has
 * handled a message and before it has recorded it, `handle` is called twice. If this matters, do both in one
 * transaction.
 */
export async function receive(
  sqs: SQSClient,
  queueUrl: string,
  handle: (message: Message) => Promise<void>,
  { signal, done = new RecentlyDone(), onError = () => {}, retryAfterSeconds = 30 }: ReceiveOptions,
): Promise<void> {
  const request = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] };
  for (let failures = 0; !signal.aborted; ) {
    try {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
      const isHandled = await Promise.all(Messages.map((message) => handleOne(message)));
      const handled = Messages.filter((_, index) => isHandled[index]);
      // If a message is not deleted, it arrives again, and `done` knows it then.
      if (handled.length > 0) await remove(handled);
      failures = 0;
    } catch (error) {
      onError(error);
      await setTimeout(Math.random() * Math.min(20_000, 100 * 2 ** failures++), undefined, { signal }).catch(() => {});
    }
  }

  async function handleOne(raw: SqsMessage): Promise<boolean> {
    const { MessageId = "", ReceiptHandle } = raw;
    try {
      if (await done.has(MessageId)) return true;
      await handle(read(raw));
      await done.add(MessageId);
      return true;
    } catch (error) {
      onError(error, MessageId);
      const change = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: retryAfterSeconds };
      await sqs.send(new ChangeMessageVisibilityCommand(change)).catch((reason) => onError(reason, MessageId));
      return false;
    }
  }

  async function remove(messages: readonly SqsMessage[]): Promise<void> {
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    for (const { Id, Code } of Failed) onError(new Error(`not deleted: ${Code}`), messages[Number(Id)]?.MessageId);
  }
}

function read({ MessageId = "", Body = "", MessageAttributes = {} }: SqsMessage): Message {
  const attribute = (name: string) => MessageAttributes[name]?.StringValue ?? "";
  return {
    id: MessageId,
    body: Body,
    userId: attribute("user_id"),
    timestamp: Number(attribute("timestamp")),
    source: attribute("source") as Message["source"],
  };
}
