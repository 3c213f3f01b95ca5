import { type BatchResultErrorEntry, SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { backoffMilliseconds, type Clock, sleep } from "./clock";
import { SumuError } from "./errors";
import { failureOf } from "./failure";
import { byteLength } from "./json-text";
import { BATCH_BYTES, BATCH_ENTRIES } from "./limits";
import type { SumuRequest } from "./requests";

const TRIES = 5;
const MAX_WAIT_MILLISECONDS = 5_000;

/** Calls in flight: a large batch takes seconds and not minutes. */
const CALLS_AT_ONCE = 8;

/** How many names the message of an error has. */
const NAMES_SHOWN = 5;

/** A request that the queue has not taken. */
export interface UnsentRequest {
  readonly request: SumuRequest;
  /** AWS's code for the last try, or the error's name. */
  readonly code: string;
}

/** The queue has not taken these requests. It has taken all others. */
export class UnsentError extends SumuError {
  override readonly name = "UnsentError";

  constructor(
    /** What was not sent, and why. `sumu.send` takes the requests again. */
    readonly unsent: readonly UnsentRequest[],
    /** How many requests the queue has taken. */
    readonly sent: number,
  ) {
    const names = unsent.slice(0, NAMES_SHOWN).map(({ request, code }) => `${request.name} (${code})`);
    const more = unsent.length - names.length;
    super(
      "unsent",
      `${unsent.length} of ${unsent.length + sent} requests were not sent: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
    );
  }
}

/**
 * Sends requests to a queue. SQS may take some of a batch and refuse others, with status 200: only an entry that SQS
 * names as successful counts as sent. The others are tried five times, unless a second try cannot succeed.
 *
 * @throws UnsentError with the requests that were not taken
 */
export async function sendRequests(
  sqs: Pick<SQSClient, "send">,
  queueUrl: string,
  requests: readonly SumuRequest[],
  clock: Clock,
): Promise<void> {
  const unsent: UnsentRequest[] = [];
  let pending = [...requests];
  for (let attempt = 1; pending.length > 0; attempt++) {
    const failures = await eachBatch([...batches(pending)], (batch) => sendBatch(sqs, queueUrl, batch));
    unsent.push(...failures.filter(({ mayPass }) => !mayPass || attempt === TRIES));
    pending = attempt === TRIES ? [] : failures.filter(({ mayPass }) => mayPass).map(({ request }) => request);
    if (pending.length > 0) await sleep(clock, backoffMilliseconds(clock, attempt, MAX_WAIT_MILLISECONDS));
  }
  if (unsent.length === 0) return;
  const named = unsent.map(({ request, code }) => ({ request, code }));
  throw new UnsentError(named, requests.length - unsent.length);
}

interface FailedTry extends UnsentRequest {
  readonly mayPass: boolean;
}

async function eachBatch(
  queue: SumuRequest[][],
  send: (batch: readonly SumuRequest[]) => Promise<readonly FailedTry[]>,
): Promise<FailedTry[]> {
  const failures: FailedTry[] = [];
  const worker = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) failures.push(...(await send(batch)));
  };
  await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, queue.length) }, worker));
  return failures;
}

/** The entries that SQS has not taken: all of them when the call has failed. */
async function sendBatch(
  sqs: Pick<SQSClient, "send">,
  queueUrl: string,
  batch: readonly SumuRequest[],
): Promise<readonly FailedTry[]> {
  const Entries = batch.map(({ body }, index) => ({ Id: String(index), MessageBody: body }));
  try {
    const { Successful = [], Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
    );
    const taken = new Set(Successful.map(({ Id }) => Id));
    return batch.flatMap((request, index) =>
      taken.has(String(index))
        ? []
        : [
            refused(
              request,
              Failed.find(({ Id }) => Id === String(index)),
            ),
          ],
    );
  } catch (error) {
    const failure = failureOf(error);
    return batch.map((request) => ({ request, ...failure }));
  }
}

function refused(request: SumuRequest, entry: BatchResultErrorEntry | undefined): FailedTry {
  return { request, code: entry?.Code ?? "NoAnswer", mayPass: entry?.SenderFault !== true };
}

function* batches(requests: readonly SumuRequest[]): Generator<SumuRequest[]> {
  let batch: SumuRequest[] = [];
  let bytes = 0;
  for (const request of requests) {
    const size = byteLength(request.body);
    if (batch.length === BATCH_ENTRIES || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(request);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
