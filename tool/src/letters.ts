import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { NAME_SUFFIXES, type NameSuffix } from "../../src/names";
import { DEAD_LETTERS } from "../../src/observability/handler-rows";
import { DEAD_LETTER_QUEUES } from "./checks/queues";
import { type Audience, readAudience } from "./read-audience";
import type { Stack } from "./stack";
import { ToolError } from "./tool-error";

/** A message of a dead-letter queue. */
export interface Letter {
  readonly queue: NameSuffix;
  readonly messageId: string;
  /** When it was put into the queue: epoch milliseconds. */
  readonly at: number;
  /** Why the handler gave it up. Undefined: SQS or Lambda did, after its last try. */
  readonly reason?: string;
  readonly detail?: string;
  readonly audience: Audience;
  /** The payload is in it: print it only if the user asks for it. */
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
}

/** Where a redrive sends the letters of a queue. Those of `presence-dlq` are records: nothing takes them again. */
export const REDRIVE_TO: Partial<Record<NameSuffix, NameSuffix>> = Object.fromEntries(
  DEAD_LETTERS.flatMap(({ key, redriveTo }) =>
    redriveTo === undefined ? [] : [[NAME_SUFFIXES[key], NAME_SUFFIXES[redriveTo]]],
  ),
);

/** Another try of these fails in the same way. */
export const NEVER_DELIVERED = ["malformed", "payload_too_large", "slow_consumer", "revocations_not_enabled"];

/** While the tool reads the letters, nobody else gets them. */
const READ_SECONDS = 300;
/** One run takes so many letters of a queue at most: more do not fit into the time. */
export const MAX_LETTERS = 2_000;

type Held = Letter & { readonly handle: string; readonly url: string };

/**
 * Reads all letters of a queue. They stay in the queue and are visible again at the end. Their receive counts grow,
 * which has no effect in a dead-letter queue.
 */
export async function readLetters(
  stack: Stack,
  queues: readonly NameSuffix[] = DEAD_LETTER_QUEUES,
): Promise<readonly Letter[]> {
  const letters: Letter[] = [];
  for (const suffix of queues) {
    const { sqs } = stack.clients;
    const held = await hold(stack, suffix);
    letters.push(...held);
    await Promise.all(held.map((letter) => release(sqs, letter)));
  }
  return letters.sort((one, other) => one.at - other.at);
}

export interface RedriveOptions {
  /** Only letters with this reason. Letters that would fail again are sent only if their reason is given. */
  readonly reason?: string;
  /** Only the letter with this message id. */
  readonly messageId?: string;
  readonly onProgress?: (sent: number) => void;
}

/**
 * Sends letters to their queue again, then deletes them. If it is interrupted, a letter may be in both queues, so that it
 * is handled twice, but none is lost.
 *
 * @returns how many were sent, and how many stay
 */
export async function redrive(
  stack: Stack,
  queue: NameSuffix,
  { reason, messageId, onProgress = () => {} }: RedriveOptions = {},
): Promise<{ readonly sent: number; readonly kept: number }> {
  const target = REDRIVE_TO[queue];
  if (target === undefined) {
    const names = Object.keys(REDRIVE_TO).join(", ");
    throw new ToolError(`the letters of ${queue} cannot be sent again: name one of ${names}`);
  }
  const { url: QueueUrl } = await stack.requireQueue(target);
  const { sqs } = stack.clients;
  const held = await hold(stack, queue);
  const kept = new Set(held);
  try {
    for (const letter of held) {
      const isMeant =
        (messageId === undefined || letter.messageId === messageId) &&
        (reason === undefined
          ? messageId !== undefined || !NEVER_DELIVERED.includes(letter.reason ?? "")
          : letter.reason === reason);
      if (!isMeant) continue;
      const { reason: _reason, detail: _detail, ...MessageAttributes } = letter.attributes;
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: letter.body, MessageAttributes }));
      await sqs.send(new DeleteMessageCommand({ QueueUrl: letter.url, ReceiptHandle: letter.handle }));
      kept.delete(letter);
      onProgress(held.length - kept.size);
    }
  } finally {
    // After a failure, too: nobody should have to wait until they are visible again.
    for (const letter of kept) await release(sqs, letter);
  }
  return { sent: held.length - kept.size, kept: kept.size };
}

async function hold(stack: Stack, suffix: NameSuffix): Promise<readonly Held[]> {
  const queue = await stack.queue(suffix);
  if (queue === undefined) return [];
  const found = new Map<string, Held>();
  // A receive may answer with fewer messages than there are, so one empty answer is not the end while SQS counts more.
  for (let empty = 0; empty < 2 && found.size < MAX_LETTERS; ) {
    const { Messages = [] } = await stack.clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: READ_SECONDS,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["SentTimestamp"],
        WaitTimeSeconds: 0,
      }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    for (const message of Messages) found.set(message.MessageId ?? "", toLetter(suffix, queue.url, message));
    if (found.size >= queue.waiting && Messages.length < 10) break;
  }
  return [...found.values()];
}

function toLetter(queue: NameSuffix, url: string, message: Message): Held {
  const { MessageId = "", Body = "", ReceiptHandle = "", Attributes = {}, MessageAttributes = {} } = message;
  return {
    queue,
    url,
    handle: ReceiptHandle,
    messageId: MessageId,
    at: Number(Attributes.SentTimestamp ?? 0),
    reason: MessageAttributes.reason?.StringValue,
    detail: MessageAttributes.detail?.StringValue,
    audience: readAudience(Body),
    body: Body,
    attributes: MessageAttributes,
  };
}

async function release(sqs: SQSClient, { url, handle }: Held): Promise<void> {
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: handle, VisibilityTimeout: 0 }));
}
