import { between, matches, type Rule, whenGiven } from "./rule";

const KEY_ARN = /^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key\/[A-Za-z0-9-]+$/;

export const kmsKeyArnRule = whenGiven(
  matches(
    KEY_ARN,
    "kms_key_arn must be the ARN of a symmetric KMS key (arn:aws:kms:<region>:<account>:key/<id>; not an alias, which no policy can name), or null for the keys of the services.",
  ),
);

const ARCHITECTURES = ["arm64", "x86_64"];

export const architectureRule: Rule<string> = {
  message: "architecture must be arm64 or x86_64, what Lambda runs on.",
  holds: (architecture) => ARCHITECTURES.includes(architecture),
  condition: (ref) => `contains(${JSON.stringify(ARCHITECTURES)}, ${ref})`,
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
function memoryRule(input: string): Rule<number> {
  return between(128, 10_240, `${input} must be a whole number from 128 to 10240, Lambda's limits in MB.`);
}

/** No more than an account may have at all; its own limit, 1,000 at first, Lambda itself holds it to. */
function reservedConcurrencyRule(input: string): Rule<number> {
  return whenGiven(
    between(
      1,
      100_000,
      `${input} must be a whole number from 1 to 100000, out of the account's concurrency, or null for no reservation.`,
    ),
  );
}

export const authorizerMemoryMbRule = memoryRule("authorizer_memory_mb");
export const authorizerReservedConcurrencyRule = reservedConcurrencyRule("authorizer_reserved_concurrency");
export const pusherMemoryMbRule = memoryRule("pusher_memory_mb");
export const pusherReservedConcurrencyRule = reservedConcurrencyRule("pusher_reserved_concurrency");
export const presenceMemoryMbRule = memoryRule("presence_memory_mb");

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
export const pusherTimeoutSecondsRule = between(
  10,
  900,
  "pusher_timeout_seconds must be a whole number from 10 to 900: Lambda runs no function longer, and a shorter one spends its time on handing over.",
);

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export const pusherBatchSizeRule = between(
  1,
  10,
  "pusher_batch_size must be a whole number from 1 to 10: for more, Lambda wants to wait for a batch to fill.",
);

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
export const pusherMaximumConcurrencyRule = whenGiven(
  between(
    2,
    1_000,
    "pusher_maximum_concurrency must be a whole number from 2 to 1000, what Lambda takes for a queue, or null for no limit but the account's.",
  ),
);

/** An account's own limit is 10,000/s at first and may be raised: the bound here only refuses what is no number of requests. */
const MOST_REQUESTS = 1_000_000;

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
export const throttlingRateLimitRule = between(
  1,
  MOST_REQUESTS,
  `throttling_rate_limit must be a whole number from 1 to ${MOST_REQUESTS}: requests per second that the stage takes.`,
);

export const throttlingBurstLimitRule = between(
  1,
  MOST_REQUESTS,
  `throttling_burst_limit must be a whole number from 1 to ${MOST_REQUESTS}: requests that the stage takes at once.`,
);
