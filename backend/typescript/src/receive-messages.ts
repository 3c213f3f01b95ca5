import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
  type Message as SqsMessage,
} from "@aws-sdk/client-sqs";
import { backoffMilliseconds, type Clock, inTime } from "./clock";
import { SumuError } from "./errors";
import { carefully, HandleOnce, type HandlingOptions, logError, type MessageHandler } from "./handle-once";
import { readMessage } from "./message";

const MAX_WAIT_MILLISECONDS = 20_000;

/** How messages are received. */
export interface ReceiveOptions extends HandlingOptions {
  /** Ends the loop after the current poll, which takes at most 20 seconds. Messages of this poll are still handled. */
  readonly signal?: AbortSignal;
  /** Your own queue on the messages topic. @default - the messages queue */
  readonly queueUrl?: string;
  /** A failed message comes again after this time, and not after the queue's visibility timeout. @default 30 */
  readonly retryAfterSeconds?: number;
  /** Polls at once. A message that takes long keeps only its own poll waiting. @default 1 */
  readonly pollers?: number;
}

/**
 * Receives messages until it is stopped: ten at a time by long polling, handled in parallel. A handled message is
 * deleted. A failed message comes again, and after five receives it goes to the dead-letter queue.
 */
export async function receiveMessages(
  sqs: Pick<SQSClient, "send">,
  queueUrl: string,
  handler: MessageHandler,
  options: ReceiveOptions,
  clock: Clock,
): Promise<void> {
  const { signal, pollers = 1, retryAfterSeconds = 30 } = options;
  const onError = carefully(options.onError ?? logError);
  const once = new HandleOnce(handler, options);
  const stopped = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
  await Promise.all(Array.from({ length: pollers }, poll));

  async function poll(): Promise<void> {
    for (let failures = 0; !signal?.aborted; ) {
      try {
        await receiveSome();
        failures = 0;
      } catch (error) {
        onError(error);
        await inTime(clock, stopped, backoffMilliseconds(clock, ++failures, MAX_WAIT_MILLISECONDS));
      }
    }
  }

  async function receiveSome(): Promise<void> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 20,
        MessageAttributeNames: ["All"],
      }),
    );
    const isHandled = await Promise.all(Messages.map((raw) => once.handle(readMessage(raw))));
    const handled = Messages.filter((_, index) => isHandled[index]);
    await Promise.all(Messages.filter((_, index) => !isHandled[index]).map(comeAgainSoon));
    // If a message is not deleted, it comes again, and is known then.
    if (handled.length > 0) await remove(handled);
  }

  async function comeAgainSoon({ MessageId, ReceiptHandle }: SqsMessage): Promise<void> {
    const change = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: retryAfterSeconds };
    await sqs.send(new ChangeMessageVisibilityCommand(change)).catch((error: unknown) => onError(error, MessageId));
  }

  async function remove(messages: readonly SqsMessage[]): Promise<void> {
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    for (const { Id, Code } of Failed) {
      onError(
        new SumuError("not_deleted", `SQS has not deleted a handled message: ${Code}`),
        messages[Number(Id)]?.MessageId,
      );
    }
  }
}
