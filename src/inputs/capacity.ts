import { PUSHER_BATCH_SIZE, PUSHER_TIMEOUT_SECONDS } from "../contract/limits";
import type { CapacityProps } from "./capacity-props";
import type { Inputs } from "./input";
import { between, oneOf, type Rule } from "./rule";

const ARCHITECTURES = ["arm64", "x86_64"];

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
function memoryRule(input: string): Rule<number> {
  return between(128, 10_240, `${input} must be a whole number from 128 to 10240, Lambda's limits in MB.`);
}

/** More than any account has. Lambda itself checks the account's own limit, which is 1,000 at first. */
function reservedConcurrencyRule(input: string): Rule<number> {
  return between(
    1,
    100_000,
    `${input} must be a whole number from 1 to 100000, out of the account's concurrency, or null for no reservation.`,
  );
}

/** An account's own limit is 10,000/s at first and may be raised. This bound only refuses typing errors. */
const MOST_REQUESTS = 1_000_000;

export const CAPACITY_INPUTS = {
  architecture: {
    type: "string",
    description: "Processor architecture of the functions: arm64 or x86_64.",
    default: "arm64",
    rule: oneOf(ARCHITECTURES, "architecture must be arm64 or x86_64: Lambda has no other."),
    samples: { valid: ["arm64", "x86_64"], invalid: ["arm", "", "ARM64"] },
  },
  authorizerMemoryMb: {
    type: "number",
    description:
      "Memory of the authorizer in MB, 128 to 10240. The CPU grows with the memory: one vCPU for each 1769 MB.",
    default: 512,
    rule: memoryRule("authorizer_memory_mb"),
    samples: { valid: [128, 10_240], invalid: [64, 127, 10_241, 128.5] },
  },
  authorizerReservedConcurrency: {
    type: "number",
    description:
      "Reserved concurrency of the authorizer. It reserves a part of the account's concurrency, and it also limits the authorizer. Null: no reservation.",
    default: null,
    rule: reservedConcurrencyRule("authorizer_reserved_concurrency"),
    samples: { valid: [1, 100_000], invalid: [0, -1, 1.5] },
  },
  pusherMemoryMb: {
    type: "number",
    description: "Memory of the pusher in MB, 128 to 10240.",
    default: 1_024,
    rule: memoryRule("pusher_memory_mb"),
    samples: { valid: [128, 10_240], invalid: [64, 127, 10_241] },
  },
  pusherTimeoutSeconds: {
    type: "number",
    description:
      "Time-out of the pusher, 10 to 900. A later invocation delivers the rest. The notifications queue's visibility timeout is six times this value.",
    default: PUSHER_TIMEOUT_SECONDS,
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
    rule: between(
      10,
      900,
      "pusher_timeout_seconds must be a whole number from 10 to 900: Lambda runs no function longer, and a shorter time is too short to deliver much.",
    ),
    samples: { valid: [10, 900], invalid: [901, 9, 10.5] },
  },
  pusherBatchSize: {
    type: "number",
    description: "Notifications that one pusher invocation takes from the queue, 1 to 10.",
    default: PUSHER_BATCH_SIZE,
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    rule: between(
      1,
      10,
      "pusher_batch_size must be a whole number from 1 to 10: for more than 10, Lambda must wait until a batch is full.",
    ),
    samples: { valid: [1, 10], invalid: [11, 0] },
  },
  pusherMaximumConcurrency: {
    type: "number",
    description:
      "Pushers that the queue invokes at the same time, 2 to 1000. Other notifications wait. Null: only the account's limit.",
    default: null,
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    rule: between(
      2,
      1_000,
      "pusher_maximum_concurrency must be a whole number from 2 to 1000, Lambda's limits for a queue, or null for the account's limit only.",
    ),
    samples: { valid: [2, 1_000], invalid: [1, 1_001, 2.5] },
  },
  pusherReservedConcurrency: {
    type: "number",
    description:
      "Reserved concurrency of the pusher, for queue and topic together. Not below pusher_maximum_concurrency, because an invocation that Lambda throttles counts as a failed delivery. Null: no reservation.",
    default: null,
    rule: reservedConcurrencyRule("pusher_reserved_concurrency"),
    samples: { valid: [1], invalid: [0, 100_001] },
  },
  presenceMemoryMb: {
    type: "number",
    description: "Memory of the presence watchdog in MB, 128 to 10240.",
    default: 512,
    rule: memoryRule("presence_memory_mb"),
    samples: { valid: [128, 10_240], invalid: [64, 0, 20_000] },
  },
  throttlingRateLimit: {
    type: "number",
    description: "Requests per second that the stage accepts, of all clients together.",
    default: 10_000,
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    rule: between(
      1,
      MOST_REQUESTS,
      `throttling_rate_limit must be a whole number from 1 to ${MOST_REQUESTS}: requests per second that the stage accepts.`,
    ),
    samples: { valid: [1, 10_000], invalid: [0, 0.5, -1] },
  },
  throttlingBurstLimit: {
    type: "number",
    description: "Requests that the stage accepts at the same time (burst).",
    default: 5_000,
    rule: between(
      1,
      MOST_REQUESTS,
      `throttling_burst_limit must be a whole number from 1 to ${MOST_REQUESTS}: requests that the stage accepts at the same time.`,
    ),
    samples: { valid: [1, 5_000], invalid: [0, 1.5] },
  },
} as const satisfies Inputs<CapacityProps>;
