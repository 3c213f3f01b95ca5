import { AwsError } from "./aws-error";
import { type AwsOptions, AwsService, type CallOptions } from "./aws-service";
import { endpointOverride } from "./endpoint";

export interface MessageAttribute {
  readonly DataType: "String" | "Number";
  readonly StringValue: string;
}

export interface OutgoingMessage {
  readonly body: string;
  /** 0 to 900. @default the queue's own */
  readonly delaySeconds?: number;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** A message that is not in the queue, as far as is known, and SQS's code for why. */
export interface Unsent<Message extends OutgoingMessage> {
  readonly message: Message;
  readonly code: string;
}

interface BatchOutput {
  readonly Failed?: readonly { readonly Id: string; readonly Code: string; readonly SenderFault: boolean }[];
}

/** SQS takes ten messages at once, and 256 KiB together wherever the queue's limit has not been raised. */
const BATCH_MESSAGES = 10;
const BATCH_BYTES = 256 * 1024;
/** Entries that SQS failed for its own reasons are sent again this often, beside the retries of the whole call. */
const ENTRY_ATTEMPTS = 5;

/**
 * SQS over its JSON protocol. Throttling, 5xx and lost answers are retried as {@link AwsService} says; a message whose
 * answer was lost may therefore be in the queue twice, as a standard queue may deliver any message twice.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
 */
export class Sqs {
  readonly #service: AwsService;

  constructor(options?: AwsOptions) {
    this.#service = new AwsService("sqs", options);
  }

  /** @throws {@link AwsError} The message is not in the queue, as far as is known. */
  async sendMessage(queueUrl: string, message: OutgoingMessage, options?: CallOptions): Promise<void> {
    await this.#call("SendMessage", queueUrl, entry(message), options);
  }

  /**
   * Sends any number of messages, packed into as few calls as SQS allows.
   *
   * @returns The messages that could not be sent, with SQS's code for each: empty when all went out. Never throws
   * {@link AwsError}: a call that fails as a whole fails each of its messages.
   */
  async sendMessages<Message extends OutgoingMessage>(
    queueUrl: string,
    messages: readonly Message[],
    options?: CallOptions,
  ): Promise<Unsent<Message>[]> {
    const failures: Unsent<Message>[] = [];
    for (const batch of packed(messages)) failures.push(...(await this.#sendBatch(queueUrl, batch, options)));
    return failures;
  }

  /** Ends the kept connections. */
  close(): void {
    this.#service.close();
  }

  async #sendBatch<Message extends OutgoingMessage>(
    queueUrl: string,
    batch: readonly Message[],
    options?: CallOptions,
  ): Promise<Unsent<Message>[]> {
    let left = batch;
    const failures: Unsent<Message>[] = [];
    for (let attempt = 1; left.length > 0; attempt++) {
      const sent = left;
      left = [];
      try {
        const Entries = sent.map((message, index) => ({ Id: String(index), ...entry(message) }));
        const { Failed = [] } = await this.#call<BatchOutput>("SendMessageBatch", queueUrl, { Entries }, options);
        const again: Message[] = [];
        for (const { Id, Code, SenderFault } of Failed) {
          const message = sent[Number(Id)];
          if (message === undefined) continue;
          if (SenderFault || attempt >= ENTRY_ATTEMPTS) failures.push({ message, code: Code });
          else again.push(message);
        }
        left = again;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        for (const message of sent) failures.push({ message, code: error.code });
      }
    }
    return failures;
  }

  async #call<Output>(operation: string, queueUrl: string, input: object, options?: CallOptions): Promise<Output> {
    const response = await this.#service.call(
      {
        operation,
        headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` },
        path: "/",
        body: JSON.stringify({ QueueUrl: queueUrl, ...input }),
        // As the SDK does: a queue's own host answers for it, in its partition and behind its VPC endpoint.
        endpoint: endpointOverride("sqs", this.#service.environment) ?? new URL(queueUrl).origin,
      },
      options,
    );
    return JSON.parse(response.body.toString()) as Output;
  }
}

function entry({ body, delaySeconds, attributes }: OutgoingMessage): object {
  return { MessageBody: body, DelaySeconds: delaySeconds, MessageAttributes: attributes };
}

/** A message's size as SQS counts it: body and attributes, names, types and values. */
export function messageBytes({ body, attributes = {} }: OutgoingMessage): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + DataType.length + Buffer.byteLength(StringValue);
  }
  return bytes;
}

function* packed<Message extends OutgoingMessage>(messages: readonly Message[]): Generator<Message[]> {
  let batch: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = messageBytes(message);
    if (batch.length === BATCH_MESSAGES || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
