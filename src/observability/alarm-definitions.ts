import type { HandlerName } from "../contract/handlers";
import { plus } from "../terraform/arithmetic";
import { ALWAYS, type Existence } from "../terraform/existence";
import { DEAD_LETTERS, type HandlerRow, handlerRows, type StackPart } from "./handler-rows";
import type { Metric, StackMetrics } from "./stack-metrics";

/** SQS repeats a failed message after the visibility timeout. An older message has failed again, or still waits. */
const SECOND_TRY_SECONDS = 180;

/** If presence is this late, users see wrong states. */
const OLD_RECORD_MILLISECONDS = 300_000;

/** A client that waits this long for what it has missed has most likely given up. */
const OLD_FRAME_SECONDS = 60;

/** A client can cause single errors by sending bad input. Ten in a period point to a fault of ours. */
const MANY_INTEGRATION_ERRORS = 10;

/** Most handlers: AWS invokes them again. */
const REPEATED = {
  startsWhen: "in 2 of 3 periods of 5 minutes an invocation failed. The failed work is repeated",
  whatToDo: "its log. If a function ends by time-out or memory, Lambda's `REPORT` line says so",
};

/** An alarm, and its row in docs/operations.md. */
export interface AlarmDefinition {
  /** In snake_case: address and, with dashes, name of the alarm. */
  readonly id: string;
  readonly metric: Metric;
  readonly statistic: "Sum" | "Maximum";
  /** The alarm starts at this value and above. */
  readonly threshold: number;
  /** In how many of three five-minute periods the value must be reached. @default - 1 of 1 */
  readonly periodsOfThree?: 2;
  readonly description: string;
  /** For the row in docs/operations.md. */
  readonly startsWhen: string;
  readonly whatToDo: string;
  /** When the watched resource exists. @default - always */
  readonly watched?: Existence;
}

/** What the alarms watch. */
export interface AlarmSources {
  readonly metrics: StackMetrics;
  /** The visibility timeout of the notifications queue. */
  readonly visibilityTimeoutSeconds: number;
  /** When each optional part exists. */
  readonly parts: Readonly<Record<StackPart, Existence>>;
}

/** All alarms. Each is for a fault that a person must fix. */
export function alarmDefinitions({
  metrics,
  visibilityTimeoutSeconds,
  parts,
}: AlarmSources): readonly AlarmDefinition[] {
  const { watchdog, control } = parts;
  const functionAlarms = ({
    handler: key,
    failing,
    errors = REPEATED,
    part,
  }: HandlerRow & { readonly handler: HandlerName }) => [
    {
      id: `${key}_errors`,
      metric: metrics.function(key, "Errors"),
      statistic: "Sum" as const,
      threshold: 1,
      periodsOfThree: 2 as const,
      description: `The ${key} function fails again and again: ${failing} Its log says why.`,
      ...errors,
      watched: part && parts[part],
    },
    {
      id: `${key}_throttles`,
      metric: metrics.function(key, "Throttles"),
      statistic: "Sum" as const,
      threshold: 1,
      periodsOfThree: 2 as const,
      description: `Lambda throttles the ${key} function: the account's or the function's concurrency is used up.`,
      startsWhen: "in 2 of 3 periods Lambda had no concurrency left",
      whatToDo: "raise the account's quota, or the function's own limit",
      watched: part && parts[part],
    },
  ];
  // The only sign of these: AWS drops the message, and the queue stays empty.
  const lostDeadLetters = (id: string, metric: Metric, what: string, watched = ALWAYS) => ({
    id,
    metric,
    statistic: "Sum" as const,
    threshold: 1,
    description: `${what} could not be put on the dead-letter queue and are lost: the queue, its policy or its key refuses them.`,
    startsWhen:
      "SNS (the first) or Lambda could not put a failed message on the dead-letter queue. The message is lost, and the queue stays empty",
    whatToDo: "the queue, its policy or its key refuses the message: check whether somebody changed them",
    watched,
  });
  return [
    ...DEAD_LETTERS.map(({ key, letters, startsWhen, whatToDo, part }) => ({
      id: snakeCase(key),
      metric: metrics.queue(key, "ApproximateNumberOfMessagesVisible"),
      statistic: "Maximum" as const,
      threshold: 1,
      description: `${letters} They stay 14 days: fix the cause, then redrive.`,
      startsWhen,
      whatToDo,
      watched: part && parts[part],
    })),
    lostDeadLetters(
      "notifications_redrive_failures",
      metrics.topic("notifications", "NumberOfNotificationsFailedToRedriveToDlq"),
      "Notifications with which the topic could not invoke the pusher",
    ),
    lostDeadLetters(
      "pusher_destination_failures",
      metrics.function("pusher", "DestinationDeliveryFailures"),
      "Notifications of the topic that the pusher failed",
    ),
    lostDeadLetters(
      "presence_destination_failures",
      metrics.function("presence", "DestinationDeliveryFailures"),
      "Records of the connections table's stream that the presence function failed",
      watchdog,
    ),
    ...handlerRows().flatMap(functionAlarms),
    {
      id: "pusher_failed",
      metric: metrics.own("Failed"),
      statistic: "Sum",
      threshold: 1,
      startsWhen: "the pusher stopped trying a delivery, or no queue accepted the rest of it",
      whatToDo: "`malformed`, `failed`, `send_failed` in its log",
      description: "The pusher stopped trying deliveries, or no queue accepted them: see its log and the dead letters.",
    },
    {
      id: "presence_iterator_age",
      metric: metrics.function("presence", "IteratorAge"),
      statistic: "Maximum",
      threshold: OLD_RECORD_MILLISECONDS,
      startsWhen: "presence is 5 minutes or more behind",
      whatToDo: "a record that fails blocks its shard: see `record_failed`",
      description:
        "Presence is five minutes or more behind the connections: a record fails, or there are too many records.",
      watched: watchdog,
    },
    {
      id: "notifications_age",
      metric: metrics.queue("notifications", "ApproximateAgeOfOldestMessage"),
      statistic: "Maximum",
      threshold: plus(visibilityTimeoutSeconds, SECOND_TRY_SECONDS),
      startsWhen:
        "a notification is older than the visibility timeout (six times `pusher_timeout_seconds`) and three minutes",
      whatToDo:
        "the notification failed and waits for its visibility timeout, or the pusher is too slow: see its concurrency",
      description:
        "A notification is older than the queue's visibility timeout and a try: it fails again, or the pusher is too slow.",
    },
    {
      id: "control_failed",
      metric: metrics.own("FramesFailed"),
      statistic: "Sum",
      threshold: 1,
      periodsOfThree: 2,
      startsWhen:
        "in 2 of 3 periods a service failed for a client's control frame. The client got `unavailable` and asks again",
      whatToDo: "`failure` of `frame_handled` in the control function's log",
      description:
        "Control frames of clients fail again and again: the control function's log has the code of the service.",
      watched: control,
    },
    {
      id: "control_age",
      metric: metrics.queue("control", "ApproximateAgeOfOldestMessage"),
      statistic: "Maximum",
      threshold: OLD_FRAME_SECONDS,
      startsWhen: "a control frame waits for a minute or more",
      whatToDo: "too many clients recover at once, or the function fails: see its log",
      description:
        "Clients wait a minute or more for the answers to their control frames: too many, or one fails again.",
      watched: control,
    },
    {
      id: "api_integration_errors",
      metric: metrics.api("IntegrationError"),
      statistic: "Sum",
      threshold: MANY_INTEGRATION_ERRORS,
      periodsOfThree: 2,
      startsWhen:
        "in 2 of 3 periods API Gateway counted 10 or more requests that DynamoDB, SNS or SQS refused. AWS counts most failures as execution errors: watch `api-execution-errors` first",
      whatToDo: "`status`, `error` and `errorType` in the [access log](#access-log)",
      description: "DynamoDB, SNS or SQS refuse requests of the WebSocket API: see status and error in its access log.",
    },
    {
      id: "api_execution_errors",
      metric: metrics.api("ExecutionError"),
      statistic: "Sum",
      threshold: 1,
      periodsOfThree: 2,
      startsWhen: "in 2 of 3 periods the API could not call a service or the authorizer, or a service failed",
      whatToDo: "`status`, `error` and `errorType` in the [access log](#access-log)",
      description:
        "The WebSocket API cannot call a service or the authorizer, or a service failed: see error and errorType in its access log.",
    },
  ];
}

const snakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
