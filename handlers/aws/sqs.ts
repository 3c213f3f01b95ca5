import { isJsonObject } from "../shared/json-object";
import { AwsError } from "./aws-error";
import { type AwsOptions, AwsService, type CallOptions } from "./aws-service";
import { endpointOverride } from "./endpoint";
import { isPermanent } from "./is-permanent";
import { jsonReader } from "./json-reader";

export interface MessageAttribute {
  readonly DataType: "String" | "Number";
  readonly StringValue: string;
}

export interface OutgoingMessage {
  readonly body: string;
  /** 0 to 900. @default - the queue's own */
  readonly delaySeconds?: number;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** A message that is not in the queue, as far as is known, with SQS's code for the reason. */
export interface Unsent<Message extends OutgoingMessage> {
  readonly message: Message;
  readonly code: string;
}

interface FailedEntry {
  readonly Id: string;
  readonly Code: string;
}

interface BatchOutput {
  readonly Failed?: readonly FailedEntry[];
}

/**
 * SQS accepts ten messages at once, and 1 MiB together. The limit here is 256 KiB, because an emulator may have the
 * older limit.
 */
const BATCH_MESSAGES = 10;
const BATCH_BYTES = 256 * 1024;
/** How often a refused entry is sent if there is no deadline, besides the retries of the whole call. */
const ENTRY_ATTEMPTS = 5;

/**
 * SQS over its JSON protocol. Temporary failures are tried again, see {@link AwsService}. So if the answer to a message
 * was lost, the message may be in the queue twice. A standard queue may deliver any message twice anyway.
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
    await this.#call("SendMessage", queueUrl, entry(message), isJsonObject, options);
  }

  /**
   * Sends any number of messages, in as few calls as SQS allows. With a deadline, messages that SQS refuses temporarily
   * are sent again until then, with back-off, whatever code SQS gives, unless no try can succeed.
   *
   * @returns The messages that could not be sent, with SQS's code for each. Empty if all were sent. It never throws
   * {@link AwsError}: if a whole call fails, each of its messages has failed.
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
    options: CallOptions = {},
  ): Promise<Unsent<Message>[]> {
    const failures: Unsent<Message>[] = [];
    let left = batch;
    for (let attempt = 1; ; attempt++) {
      const again = await this.#sendEntries(queueUrl, left, options, failures);
      if (again.length === 0) return failures;
      const isLast = options.deadline === undefined && attempt >= ENTRY_ATTEMPTS;
      if (isLast || !(await this.#service.pause(attempt, options.deadline))) return [...failures, ...again];
      left = again.map(({ message }) => message);
    }
  }

  /**
   * Sends the messages once. Adds the messages that can never be sent to the failures, and returns the messages to send
   * again.
   */
  async #sendEntries<Message extends OutgoingMessage>(
    queueUrl: string,
    messages: readonly Message[],
    options: CallOptions,
    failures: Unsent<Message>[],
  ): Promise<readonly Unsent<Message>[]> {
    const Entries = messages.map((message, index) => ({ Id: String(index), ...entry(message) }));
    const persistent = { ...options, tries: "until-deadline" } as const;
    let output: BatchOutput;
    try {
      output = await this.#call("SendMessageBatch", queueUrl, { Entries }, isBatchOutput, persistent);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      for (const message of messages) failures.push({ message, code: error.code });
      return [];
    }
    const unsent = (output.Failed ?? []).map(({ Id, Code }) => ({ message: messages[Number(Id)], code: Code }));
    // If an answer names a message that was not in the request, it says nothing about the messages that were.
    if (!unsent.every(isNamed)) return messages.map((message) => ({ message, code: "InvalidResponse" }));
    failures.push(...unsent.filter(({ code }) => isPermanent(code)));
    return unsent.filter(({ code }) => !isPermanent(code));
  }

  #call<Output>(
    operation: string,
    queueUrl: string,
    input: object,
    isOutput: (value: unknown) => value is Output,
    options?: CallOptions,
  ): Promise<Output> {
    return this.#service.call(
      {
        operation,
        headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` },
        path: "/",
        body: JSON.stringify({ QueueUrl: queueUrl, ...input }),
        // The same as the SDK: a queue's own host answers for the queue, in its partition and behind its VPC endpoint.
        endpoint: endpointOverride("sqs", this.#service.environment) ?? new URL(queueUrl).origin,
        read: jsonReader(isOutput),
      },
      options,
    );
  }
}

function isBatchOutput(value: unknown): value is BatchOutput {
  if (!isJsonObject(value)) return false;
  return value.Failed === undefined || (Array.isArray(value.Failed) && value.Failed.every(isFailedEntry));
}

function isNamed<Message extends OutgoingMessage>(
  unsent: Omit<Unsent<Message>, "message"> & { readonly message: Message | undefined },
): unsent is Unsent<Message> {
  return unsent.message !== undefined;
}

function isFailedEntry(value: unknown): value is FailedEntry {
  return isJsonObject(value) && typeof value.Id === "string" && typeof value.Code === "string";
}

function entry({ body, delaySeconds, attributes }: OutgoingMessage): object {
  return { MessageBody: body, DelaySeconds: delaySeconds, MessageAttributes: attributes };
}

/** A message's size as SQS counts it: the body, and the attributes' names, types and values. */
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
