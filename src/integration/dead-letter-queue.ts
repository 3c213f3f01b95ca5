import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { Construct } from "constructs";
import { DEAD_LETTER_RETENTION_SECONDS } from "../contract/limits";

export interface DeadLetterQueueProps {
  /** At most 80 characters. */
  readonly name: string;
  /** @default the queue exists always */
  readonly count?: number;
}

/** A queue for what failed: it keeps it for 14 days, SQS's longest, encrypted. */
export function deadLetterQueue(scope: Construct, id: string, { name, count }: DeadLetterQueueProps): SqsQueue {
  return new SqsQueue(scope, id, {
    count,
    name,
    messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
    sqsManagedSseEnabled: true,
  });
}
