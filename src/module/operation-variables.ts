import type { TerraformVariable } from "cdktf";
import { OPERATION_DEFAULTS, type OperationProps } from "../inputs/operation-props";
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
} from "../inputs/operation-rules";
import type { VariableDefinition } from "./variable";

/** The inputs that say how a SUMU is run, in the order in which the README lists them. */
export const OPERATION_VARIABLES = {
  kms_key_arn: {
    type: "string",
    description:
      "KMS key of queues, topics, tables, log groups and functions' environments; its policy must hold what output kms_key_policy_json says. Null: the services' own keys.",
    default: null,
    rule: kmsKeyArnRule,
  },
  deletion_protection: {
    type: "bool",
    description: "True: AWS refuses to delete the tables, until an apply with false.",
    default: OPERATION_DEFAULTS.deletionProtection,
  },
  architecture: {
    type: "string",
    description: "What the functions run on: arm64 or x86_64.",
    default: OPERATION_DEFAULTS.architecture,
    rule: architectureRule,
  },
  authorizer_memory_mb: {
    type: "number",
    description: "Memory of the authorizer, 128 to 10240; a vCPU comes with each 1769.",
    default: OPERATION_DEFAULTS.authorizerMemoryMb,
    rule: authorizerMemoryMbRule,
  },
  authorizer_reserved_concurrency: {
    type: "number",
    description:
      "Authorizers at once: as many are kept for it out of the account's concurrency, and it gets no more. Null: no reservation.",
    default: null,
    rule: authorizerReservedConcurrencyRule,
  },
  pusher_memory_mb: {
    type: "number",
    description: "Memory of the pusher, 128 to 10240.",
    default: OPERATION_DEFAULTS.pusherMemoryMb,
    rule: pusherMemoryMbRule,
  },
  pusher_timeout_seconds: {
    type: "number",
    description:
      "How long one pusher invocation may deliver, 10 to 900; the notifications queue's visibility timeout is six times that.",
    default: OPERATION_DEFAULTS.pusherTimeoutSeconds,
    rule: pusherTimeoutSecondsRule,
  },
  pusher_batch_size: {
    type: "number",
    description: "Notifications that one pusher invocation takes from the queue, 1 to 10.",
    default: OPERATION_DEFAULTS.pusherBatchSize,
    rule: pusherBatchSizeRule,
  },
  pusher_maximum_concurrency: {
    type: "number",
    description:
      "Pushers that the queue invokes at once, 2 to 1000: other notifications wait. Null: no limit but the account's.",
    default: null,
    rule: pusherMaximumConcurrencyRule,
  },
  pusher_reserved_concurrency: {
    type: "number",
    description:
      "Pushers at once, from queue and topic, not below pusher_maximum_concurrency: what Lambda throttles counts as a failed delivery. Null: no reservation.",
    default: null,
    rule: pusherReservedConcurrencyRule,
  },
  presence_memory_mb: {
    type: "number",
    description: "Memory of the presence watchdog, 128 to 10240.",
    default: OPERATION_DEFAULTS.presenceMemoryMb,
    rule: presenceMemoryMbRule,
  },
  throttling_rate_limit: {
    type: "number",
    description: "Requests per second that the stage takes, of all clients together.",
    default: OPERATION_DEFAULTS.throttlingRateLimit,
    rule: throttlingRateLimitRule,
  },
  throttling_burst_limit: {
    type: "number",
    description: "Requests that the stage takes at once.",
    default: OPERATION_DEFAULTS.throttlingBurstLimit,
    rule: throttlingBurstLimitRule,
  },
} as const satisfies Record<string, VariableDefinition>;

/** The props that read them. */
export function operationProps(
  variable: (name: keyof typeof OPERATION_VARIABLES) => TerraformVariable,
): OperationProps {
  return {
    kmsKeyArn: variable("kms_key_arn").stringValue,
    deletionProtection: variable("deletion_protection").booleanValue,
    architecture: variable("architecture").stringValue,
    authorizerMemoryMb: variable("authorizer_memory_mb").numberValue,
    authorizerReservedConcurrency: variable("authorizer_reserved_concurrency").numberValue,
    pusherMemoryMb: variable("pusher_memory_mb").numberValue,
    pusherTimeoutSeconds: variable("pusher_timeout_seconds").numberValue,
    pusherBatchSize: variable("pusher_batch_size").numberValue,
    pusherMaximumConcurrency: variable("pusher_maximum_concurrency").numberValue,
    pusherReservedConcurrency: variable("pusher_reserved_concurrency").numberValue,
    presenceMemoryMb: variable("presence_memory_mb").numberValue,
    throttlingRateLimit: variable("throttling_rate_limit").numberValue,
    throttlingBurstLimit: variable("throttling_burst_limit").numberValue,
  };
}
