import { setTimeout } from "node:timers/promises";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SQSClient,
  SQSServiceException,
} from "@aws-sdk/client-sqs";

/** A request to SUMU's notifications topic or queue: schemas/explicit-notification-request.schema.json. */
export interface Notification {
  readonly notification: {
    readonly to: "everyone" | { readonly users: readonly string[] };
    readonly except?: { readonly users: readonly string[] };
    /** The id that clients of protocol 2 get. Your own id stays the same when you send the request twice. */
    readonly id?: string;
    /** Each client receives the JSON text of this, at most 128 KB with what is around it. */
    readonly data: unknown;
  };
}

/** Closes the connections of users: schemas/disconnect-request.schema.json. */
export interface Disconnect {
  readonly disconnect: { readonly users: readonly string[]; readonly reason?: string };
}

/** With 128 KB of data and ids of 128 bytes, this many still fit into one message of 256 KiB. */
const USERS_PER_MESSAGE = 1_000;

/** SQS takes ten messages in one call. */
const BATCH_MESSAGES = 10;
const BATCH_BYTES = 256 * 1_024;

/** Notifications for these users and nobody else. An empty list is refused, since it would reach nobody. */
export function toUsers(users: readonly string[], data: unknown, id?: string): Notification[] {
  if (users.length === 0) throw new RangeError("no users: to reach everybody, call toEverybody");
  const chunks = Math.ceil(users.length / USERS_PER_MESSAGE);
  return Array.from({ length: chunks }, (_, index) => ({
    notification: {
      to: { users: users.slice(index * USERS_PER_MESSAGE, (index + 1) * USERS_PER_MESSAGE) },
      id,
      data,
    },
  }));
}

/** A notification for every connection but those of `excludedUsers`. */
export function toEverybody(data: unknown, excludedUsers: readonly string[] = []): Notification {
  return { notification: { to: "everyone", except: { users: excludedUsers }, data } };
}

/** Ends the connections of users. Clients of protocol 2 get the reason. */
export function disconnect(users: readonly string[], reason?: string): Disconnect {
  return { disconnect: { users, reason } };
}

/**
 * Sends by the topic: one request a call. The SDK retries by itself. If it throws, the topic has not accepted the
 * request.
 */
export async function publish(sns: SNSClient, topicArn: string, request: Notification | Disconnect): Promise<void> {
  await sns.send(new PublishCommand({ TopicArn: topicArn, Message: JSON.stringify(request) }));
}

/** SQS has not accepted these requests. It has accepted all others. */
export class UnsentError extends Error {
  override readonly name = "UnsentError";

  constructor(
    readonly unsent: readonly Notification[],
    readonly codes: readonly string[],
  ) {
    super(`${unsent.length} notifications were not sent: ${codes.join(", ")}`);
  }
}

/**
 * Sends by the queue: ten notifications a call. SQS may accept some of a batch and refuse others, with status 200. The
 * refused notifications are sent again after a wait, up to five times, unless SQS says that the fault is the sender's.
 * If SQS has accepted a notification but its answer was lost, the notification is sent twice: a standard queue promises
 * delivery at least once, and no more.
 *
 * @throws UnsentError with the requests that were not accepted
 */
export async function send(
  sqs: SQSClient,
  queueUrl: string,
  notifications: readonly Notification[],
  { tries = 5, sleep = setTimeout, random = Math.random } = {},
): Promise<void> {
  const refused: Notification[] = [];
  const codes = new Set<string>();
  let pending = notifications;
  for (let attempt = 1; pending.length > 0; attempt++) {
    const again: Notification[] = [];
    for (const batch of batches(pending)) {
      for (const { Id, SenderFault, Code = "unknown" } of await sendBatch(sqs, queueUrl, batch)) {
        const one = batch[Number(Id)];
        if (one === undefined) continue;
        (SenderFault || attempt === tries ? refused : again).push(one);
        codes.add(Code);
      }
    }
    pending = again;
    if (pending.length > 0) await sleep(random() * Math.min(5_000, 100 * 2 ** (attempt - 1)));
  }
  if (refused.length > 0) throw new UnsentError(refused, [...codes]);
}

/** The entries of a batch that were not sent: some of them, or all when the call itself has failed. */
async function sendBatch(
  sqs: SQSClient,
  queueUrl: string,
  batch: readonly Notification[],
): Promise<Partial<BatchResultErrorEntry>[]> {
  const Entries = batch.map((one, index) => ({ Id: String(index), MessageBody: JSON.stringify(one) }));
  try {
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    return Failed;
  } catch (error) {
    const SenderFault = error instanceof SQSServiceException && error.$fault === "client";
    return Entries.map(({ Id }) => ({ Id, SenderFault, Code: error instanceof Error ? error.name : undefined }));
  }
}

function* batches(notifications: readonly Notification[]): Generator<Notification[]> {
  let batch: Notification[] = [];
  let bytes = 0;
  for (const one of notifications) {
    const size = Buffer.byteLength(JSON.stringify(one));
    if (batch.length === BATCH_MESSAGES || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(one);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
