import { PUSHER_BATCH_SIZE, PUSHER_TIMEOUT_SECONDS } from "../contract/limits";
import type { CapacityProps } from "./capacity-props";
import type { Inputs } from "./input";
import { between, oneOf, type Rule } from "./rule";

const ARCHITECTURES = ["arm64", "x86_64"];

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
function memoryRule(input: string): Rule<number> {
  return between(128, 10_240, `${input} must be a whole number from 128 to 10240, Lambda's limits in MB.`);
}

/** No more than an account may have at all; its own limit, 1,000 at first, Lambda itself holds it to. */
function reservedConcurrencyRule(input: string): Rule<number> {
  return between(
    1,
    100_000,
    `${input} must be a whole number from 1 to 100000, out of the account's concurrency, or null for no reservation.`,
  );
}

/** An account's own limit is 10,000/s at first and may be raised: the bound here only refuses what is no number of requests. */
const MOST_REQUESTS = 1_000_000;

export const CAPACITY_INPUTS = {
  architecture: {
    type: "string",
    description: "What the functions run on: arm64 or x86_64.",
    default: "arm64",
    rule: oneOf(ARCHITECTURES, "architecture must be arm64 or x86_64, what Lambda runs on."),
    samples: { valid: ["arm64", "x86_64"], invalid: ["arm", "", "ARM64"] },
  },
  authorizerMemoryMb: {
    type: "number",
    description: "Memory of the authorizer, 128 to 10240; a vCPU comes with each 1769.",
    default: 512,
    rule: memoryRule("authorizer_memory_mb"),
    samples: { valid: [128, 10_240], invalid: [64, 127, 10_241, 128.5] },
  },
  authorizerReservedConcurrency: {
    type: "number",
    description:
      "Authorizers at once: as many are kept for it out of the account's concurrency, and it gets no more. Null: no reservation.",
    default: null,
    rule: reservedConcurrencyRule("authorizer_reserved_concurrency"),
    samples: { valid: [1, 100_000], invalid: [0, -1, 1.5] },
  },
  pusherMemoryMb: {
    type: "number",
    description: "Memory of the pusher, 128 to 10240.",
    default: 1_024,
    rule: memoryRule("pusher_memory_mb"),
    samples: { valid: [128, 10_240], invalid: [64, 127, 10_241] },
  },
  pusherTimeoutSeconds: {
    type: "number",
    description:
      "How long one pusher invocation may deliver, 10 to 900; the notifications queue's visibility timeout is six times that.",
    default: PUSHER_TIMEOUT_SECONDS,
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
    rule: between(
      10,
      900,
      "pusher_timeout_seconds must be a whole number from 10 to 900: Lambda runs no function longer, and a shorter one spends its time on handing over.",
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
      "pusher_batch_size must be a whole number from 1 to 10: for more, Lambda wants to wait for a batch to fill.",
    ),
    samples: { valid: [1, 10], invalid: [11, 0] },
  },
  pusherMaximumConcurrency: {
    type: "number",
    description:
      "Pushers that the queue invokes at once, 2 to 1000: other notifications wait. Null: no limit but the account's.",
    default: null,
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    rule: between(
      2,
      1_000,
      "pusher_maximum_concurrency must be a whole number from 2 to 1000, what Lambda takes for a queue, or null for no limit but the account's.",
    ),
    samples: { valid: [2, 1_000], invalid: [1, 1_001, 2.5] },
  },
  pusherReservedConcurrency: {
    type: "number",
    description:
      "Pushers at once, from queue and topic, not below pusher_maximum_concurrency: what Lambda throttles counts as a failed delivery. Null: no reservation.",
    default: null,
    rule: reservedConcurrencyRule("pusher_reserved_concurrency"),
    samples: { valid: [1], invalid: [0, 100_001] },
  },
  presenceMemoryMb: {
    type: "number",
    description: "Memory of the presence watchdog, 128 to 10240.",
    default: 512,
    rule: memoryRule("presence_memory_mb"),
    samples: { valid: [128, 10_240], invalid: [64, 0, 20_000] },
  },
  throttlingRateLimit: {
    type: "number",
    description: "Requests per second that the stage takes, of all clients together.",
    default: 10_000,
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    rule: between(
      1,
      MOST_REQUESTS,
      `throttling_rate_limit must be a whole number from 1 to ${MOST_REQUESTS}: requests per second that the stage takes.`,
    ),
    samples: { valid: [1, 10_000], invalid: [0, 0.5, -1] },
  },
  throttlingBurstLimit: {
    type: "number",
    description: "Requests that the stage takes at once.",
    default: 5_000,
    rule: between(
      1,
      MOST_REQUESTS,
      `throttling_burst_limit must be a whole number from 1 to ${MOST_REQUESTS}: requests that the stage takes at once.`,
    ),
    samples: { valid: [1, 5_000], invalid: [0, 1.5] },
  },
} as const satisfies Inputs<CapacityProps>;
