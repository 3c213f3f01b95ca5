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
  /** @default - the queues always exist */
  readonly count?: number;
}

/**
 * A queue and its dead-letter queue. After five receives, a message moves to the dead-letter queue and stays there for
 * 14 days.
 */
export class QueueWithDlq extends Construct {
  /** The queue itself. */
  readonly queue: SqsQueue;
  /** Its dead-letter queue. */
  readonly dlq: SqsQueue;

  /** `id` is the queue's address, `<id>_dlq` is the address of its dead-letter queue. */
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

  /** The queue's ARN, as a policy needs it. */
  get arn(): string {
    return attributeOf(this.queue, "arn");
  }

  /** The queue's URL, as the SDKs need it. */
  get url(): string {
    return attributeOf(this.queue, "url");
  }

  /** The last part of {@link arn}. */
  get name(): string {
    return attributeOf(this.queue, "name");
  }

  /** The dead-letter queue's ARN, as a policy needs it. */
  get dlqArn(): string {
    return attributeOf(this.dlq, "arn");
  }

  /** The dead-letter queue's URL, as the SDKs need it. */
  get dlqUrl(): string {
    return attributeOf(this.dlq, "url");
  }
}
