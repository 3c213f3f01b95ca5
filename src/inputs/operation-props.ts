import type { IResolvable } from "cdktf";
import { PUSHER_BATCH_SIZE, PUSHER_TIMEOUT_SECONDS } from "../contract/limits";
import type { Transform } from "../terraform/transform";
import {
  architectureRule,
  authorizerMemoryMbRule,
  authorizerReservedConcurrencyRule,
  kmsKeyArnRule,
  presenceMemoryMbRule,
  pusherBatchSizeRule,
  pusherMaximumConcurrencyRule,
  pusherMemoryMbRule,
  pusherReservedConcurrencyRule,
  pusherTimeoutSecondsRule,
  throttlingBurstLimitRule,
  throttlingRateLimitRule,
} from "./operation-rules";
import { check } from "./rule";

/** How a SUMU is run: with which key, and how much of everything. The defaults suit thousands of connections. */
export interface OperationProps {
  /**
   * KMS key of the queues, topics, tables, log groups and functions' environments. Its key policy must hold what
   * {@link Sumu.kmsKeyPolicyJson} says, before the apply that gives the key.
   * @default keys of the services: SQS's and CloudWatch Logs' own, `alias/aws/sns`, DynamoDB's own, Lambda's own
   */
  readonly kmsKeyArn?: string;
  /**
   * True: AWS refuses to delete the tables, until an apply with false.
   * @default false
   */
  readonly deletionProtection?: boolean | IResolvable;
  /**
   * What the functions run on: `arm64` or `x86_64`.
   * @default "arm64"
   */
  readonly architecture?: string;
  /**
   * Memory of the authorizer in MB, 128 to 10,240; a vCPU comes with each 1,769.
   * @default 512
   */
  readonly authorizerMemoryMb?: number;
  /**
   * Authorizers at once: as many are kept for it out of the account's concurrency, and it gets no more.
   * @default no reservation
   */
  readonly authorizerReservedConcurrency?: number;
  /**
   * Memory of the pusher in MB, 128 to 10,240.
   * @default 1024
   */
  readonly pusherMemoryMb?: number;
  /**
   * How long one pusher invocation may deliver, 10 to 900; what is left then goes on in another. The notifications
   * queue's visibility timeout is six times that.
   * @default 120
   */
  readonly pusherTimeoutSeconds?: number;
  /**
   * Notifications that one pusher invocation takes from the queue, 1 to 10.
   * @default 10
   */
  readonly pusherBatchSize?: number;
  /**
   * Pushers that the queue invokes at once, 2 to 1,000: the others' notifications wait, and are not counted as failed.
   * @default no limit but the account's
   */
  readonly pusherMaximumConcurrency?: number;
  /**
   * Pushers at once, from queue and topic. Not below {@link pusherMaximumConcurrency}: what Lambda throttles counts as a
   * failed delivery, and the fifth ends in the dead-letter queue.
   * @default no reservation
   */
  readonly pusherReservedConcurrency?: number;
  /**
   * Memory of the presence watchdog in MB, 128 to 10,240.
   * @default 512
   */
  readonly presenceMemoryMb?: number;
  /**
   * Requests per second that the stage takes, of all clients together.
   * @default 10000, what an account gets from AWS
   */
  readonly throttlingRateLimit?: number;
  /**
   * Requests that it takes at once.
   * @default 5000
   */
  readonly throttlingBurstLimit?: number;
  /**
   * Called with every resource and data source of this SUMU and its path below it, as the last before synthesis: for
   * what no prop says. Nothing checks what it changes.
   * @example
   * transform: (element, path) => {
   *   if (element instanceof SqsQueue && path === "integration/messages/queue") element.delaySeconds = 5;
   * }
   */
  readonly transform?: Transform;
}

/** Defaults of the optional props, and of the module's variables. */
export const OPERATION_DEFAULTS = {
  deletionProtection: false,
  architecture: "arm64",
  authorizerMemoryMb: 512,
  pusherMemoryMb: 1_024,
  pusherTimeoutSeconds: PUSHER_TIMEOUT_SECONDS,
  pusherBatchSize: PUSHER_BATCH_SIZE,
  presenceMemoryMb: 512,
  throttlingRateLimit: 10_000,
  throttlingBurstLimit: 5_000,
} as const;

/** @throws RangeError with the words that the module's variable would refuse with. */
export function checkOperation(props: OperationProps): void {
  check(kmsKeyArnRule, props.kmsKeyArn);
  check(architectureRule, props.architecture);
  check(authorizerMemoryMbRule, props.authorizerMemoryMb);
  check(authorizerReservedConcurrencyRule, props.authorizerReservedConcurrency);
  check(pusherMemoryMbRule, props.pusherMemoryMb);
  check(pusherTimeoutSecondsRule, props.pusherTimeoutSeconds);
  check(pusherBatchSizeRule, props.pusherBatchSize);
  check(pusherMaximumConcurrencyRule, props.pusherMaximumConcurrency);
  check(pusherReservedConcurrencyRule, props.pusherReservedConcurrency);
  check(presenceMemoryMbRule, props.presenceMemoryMb);
  check(throttlingRateLimitRule, props.throttlingRateLimit);
  check(throttlingBurstLimitRule, props.throttlingBurstLimit);
}
