import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueueRedriveAllowPolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import {
  MAX_RECEIVE_COUNT,
  QUEUE_MESSAGE_BYTES,
  QUEUE_RETENTION_SECONDS,
  VISIBILITY_TIMEOUT_SECONDS,
} from "../contract/limits";
import type { Encryption } from "../encryption/encryption";
import { attributeOf } from "../terraform/attribute";
import { deadLetterQueue } from "./dead-letter-queue";

export interface QueueWithDlqProps {
  /** At most 80 characters. */
  readonly name: string;
  readonly dlqName: string;
  readonly encryption: Encryption;
  /** Six times the time-out of a function that the queue invokes. @default 720 */
  readonly visibilityTimeoutSeconds?: number;
  /** @default - the queues exist always */
  readonly count?: number;
}

/** A queue whose messages move to its dead-letter queue after five receives, and stay there for 14 days. */
export class QueueWithDlq extends Construct {
  /** The queue itself. */
  readonly queue: SqsQueue;
  /** Its dead-letter queue. */
  readonly dlq: SqsQueue;

  /** `id` is the queue's address, `<id>_dlq` its dead-letter queue's. */
  constructor(scope: Construct, id: string, props: QueueWithDlqProps) {
    super(scope, id);
    const { count, encryption } = props;
    this.dlq = deadLetterQueue(this, "dlq", { count, encryption, name: props.dlqName });
    this.queue = new SqsQueue(this, "queue", {
      count,
      name: props.name,
      messageRetentionSeconds: QUEUE_RETENTION_SECONDS,
      visibilityTimeoutSeconds: props.visibilityTimeoutSeconds ?? VISIBILITY_TIMEOUT_SECONDS,
      receiveWaitTimeSeconds: 0,
      maxMessageSize: QUEUE_MESSAGE_BYTES,
      ...encryption.queueArguments,
      redrivePolicy: Fn.jsonencode({
        deadLetterTargetArn: attributeOf(this.dlq, "arn"),
        maxReceiveCount: MAX_RECEIVE_COUNT,
      }),
    });
    new SqsQueueRedriveAllowPolicy(this, "redrive_allow_policy", {
      count,
      queueUrl: attributeOf(this.dlq, "id"),
      redriveAllowPolicy: Fn.jsonencode({
        redrivePermission: "byQueue",
        sourceQueueArns: [attributeOf(this.queue, "arn")],
      }),
    });
  }

  /** As a policy wants the queue. */
  get arn(): string {
    return attributeOf(this.queue, "arn");
  }

  /** As the SDKs want the queue. */
  get url(): string {
    return attributeOf(this.queue, "url");
  }

  /** The last part of {@link arn}. */
  get name(): string {
    return attributeOf(this.queue, "name");
  }

  /** As a policy wants the dead-letter queue. */
  get dlqArn(): string {
    return attributeOf(this.dlq, "arn");
  }

  /** As the SDKs want the dead-letter queue. */
  get dlqUrl(): string {
    return attributeOf(this.dlq, "url");
  }
}
