import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { Construct } from "constructs";
import { DEAD_LETTER_BYTES, DEAD_LETTER_RETENTION_SECONDS } from "../contract/limits";
import type { Encryption } from "../encryption/encryption";

export interface DeadLetterQueueProps {
  /** At most 80 characters. */
  readonly name: string;
  readonly encryption: Encryption;
  /** @default - the queue always exists */
  readonly count?: number;
}

/**
 * A queue for failed messages. It keeps messages for 14 days and accepts messages up to 1 MiB, SQS's maxima. It is
 * encrypted.
 */
export function deadLetterQueue(scope: Construct, id: string, props: DeadLetterQueueProps): SqsQueue {
  return new SqsQueue(scope, id, {
    count: props.count,
    name: props.name,
    messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
    maxMessageSize: DEAD_LETTER_BYTES,
    ...props.encryption.queueArguments,
  });
}
