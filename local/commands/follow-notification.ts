import { setTimeout as sleep } from "node:timers/promises";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { RunningStack } from "../running-stack";

const POLL_MILLISECONDS = 50;
/** The first notification of a run starts the function's process. */
const LONGEST_MILLISECONDS = 3_000;

/**
 * Waits until the pusher has taken the notifications out of the queue, or has no right to do its work.
 *
 * @param since - epoch milliseconds
 * @returns what was denied since then
 */
export async function followNotification(stack: RunningStack, sqs: SQSClient, since: number): Promise<string[]> {
  for (;;) {
    // Ask for the denials after the queue: a denial comes before the message leaves the queue.
    const isOver = (await isEmpty(sqs, stack)) || Date.now() - since > LONGEST_MILLISECONDS;
    const denials = await readDenials(stack, since);
    if (denials.length > 0 || isOver) return denials;
    await sleep(POLL_MILLISECONDS);
  }
}

async function isEmpty(sqs: SQSClient, { notifications }: RunningStack): Promise<boolean> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: notifications.queue.url,
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  return Object.values(Attributes).every((count) => count === "0");
}

async function readDenials({ page_url }: RunningStack, since: number): Promise<string[]> {
  const { origin, hash } = new URL(page_url);
  const url = new URL(`/denials?since=${since}`, origin);
  const response = await fetch(url, { headers: { authorization: `Bearer ${hash.slice(1)}` } });
  return response.ok ? ((await response.json()) as { denials: string[] }).denials : [];
}
