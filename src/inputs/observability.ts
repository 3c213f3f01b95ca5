import type { IResolvable } from "cdktf";
import { DEFAULT_LOG_LEVEL, LOG_LEVELS } from "../contract/log-levels";
import type { Inputs } from "./input";
import { fits, oneOf, regexCondition } from "./rule";

/** Logs, metrics, alarms and traces of a SUMU. */
export interface ObservabilityProps {
  /**
   * Days that every log group keeps its lines. CloudWatch Logs allows certain numbers only (1, 3, 5, 7, 14, 30, 60, 90, …).
   * @default 30
   */
  readonly logRetentionDays?: number;
  /**
   * The least level that the handlers log: `debug`, `info`, `warn` or `error`. Metrics are sent at every level.
   * @default "info"
   */
  readonly logLevel?: string;
  /**
   * ARNs that get a message when an alarm starts and when it ends, at most 5, for example an SNS topic's. Without any there
   * are no alarms. Each alarm costs 0.10 USD a month.
   * @default []
   */
  readonly alarmActions?: readonly string[];
  /**
   * True: a CloudWatch dashboard `<prefix>-sumu`, 3 USD a month beyond an account's first three.
   * @default false
   */
  readonly dashboard?: boolean | IResolvable;
  /**
   * True: the functions send traces to X-Ray, 5 USD a million beyond the first 100,000 a month. API Gateway traces no
   * WebSocket API: a trace begins with the function.
   * @default false
   */
  readonly tracing?: boolean | IResolvable;
}

/** CloudWatch Logs allows these and no others. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** CloudWatch allows no more for one state of an alarm. */
const MAX_ALARM_ACTIONS = 5;
const ARN = /^arn:[a-z-]+:[a-z0-9-]+:\S+$/;
const TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts";

export const OBSERVABILITY_INPUTS = {
  logRetentionDays: {
    type: "number",
    description: "Days that every log group keeps its lines: one of the numbers that CloudWatch Logs allows.",
    default: 30,
    rule: {
      message: `log_retention_days must be one of ${RETENTION_DAYS.join(", ")}: CloudWatch Logs allows no other.`,
      holds: (days) => RETENTION_DAYS.includes(days),
      condition: (ref) => `contains([${RETENTION_DAYS.join(", ")}], ${ref})`,
    },
    samples: { valid: [1, 30, 3653], invalid: [31, 0, 2] },
  },
  logLevel: {
    type: "string",
    description: "The least level that the handlers log: debug, info, warn or error. Metrics are sent at every level.",
    default: DEFAULT_LOG_LEVEL,
    rule: oneOf(LOG_LEVELS, `log_level must be one of ${LOG_LEVELS.join(", ")}.`),
    samples: { valid: ["debug", "info", "warn", "error"], invalid: ["verbose", "", "INFO", "trace"] },
  },
  alarmActions: {
    type: "list(string)",
    description:
      "ARNs that get a message when an alarm starts and when it ends, for example an SNS topic's. Empty: no alarms. The list's length must be known at plan; the ARNs may be unknown.",
    default: [] as readonly string[],
    rule: {
      message: `alarm_actions must be a list of at most ${MAX_ALARM_ACTIONS} ARNs, for example an SNS topic's. CloudWatch sends them a message when an alarm starts and when it ends.`,
      holds: (actions) => actions.length <= MAX_ALARM_ACTIONS && actions.every((arn) => fits(ARN, arn)),
      condition: (ref) =>
        `length(${ref}) <= ${MAX_ALARM_ACTIONS} && alltrue([for arn in ${ref} : ${regexCondition(ARN, "arn")}])`,
    },
    samples: {
      valid: [[], [TOPIC], [TOPIC, "arn:aws-cn:lambda:cn-north-1:123456789012:function:page"], Array(5).fill(TOPIC)],
      invalid: [["alerts"], [""], [TOPIC, "arn:aws:sns"], [`${TOPIC} `], Array(6).fill(TOPIC)],
    },
  },
  dashboard: { type: "bool", description: "True: a CloudWatch dashboard <prefix>-sumu.", default: false },
  tracing: {
    type: "bool",
    description: "True: the functions send traces to X-Ray. API Gateway traces no WebSocket API.",
    default: false,
  },
} as const satisfies Inputs<ObservabilityProps>;
