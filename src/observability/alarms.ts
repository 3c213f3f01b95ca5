import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { Construct } from "constructs";
import type { HandlerName } from "../contract/handlers";
import { plus } from "../terraform/arithmetic";
import { hasAny } from "../terraform/condition";
import { ALWAYS, type Existence, existsWhen, existsWithBoth } from "../terraform/existence";
import { handlerRows } from "./handler-rows";
import type { Metric, StackMetrics } from "./stack-metrics";

const FIVE_MINUTES = 300;

/** SQS repeats a failed message after the visibility timeout. An older message has failed again, or still waits. */
const SECOND_TRY_SECONDS = 180;

/** If presence is this late, users see wrong states. */
const OLD_RECORD_MILLISECONDS = 300_000;

/** A client that waits this long for what it has missed has most likely given up. */
const OLD_FRAME_SECONDS = 60;

/** A client can cause single errors by sending bad input. Ten in a period point to a fault of ours. */
const MANY_INTEGRATION_ERRORS = 10;

interface AlarmDefinition {
  /** In snake_case: address and, with dashes, name of the alarm. */
  readonly id: string;
  readonly metric: Metric;
  readonly statistic: "Sum" | "Maximum";
  /** The alarm starts at this value and above. */
  readonly threshold: number;
  /** In how many of three five-minute periods the value must be reached. @default - 1 of 1 */
  readonly periodsOfThree?: 2;
  readonly description: string;
  /** When the watched resource exists. @default - always */
  readonly watched?: Existence;
}

export interface AlarmsProps {
  readonly metrics: StackMetrics;
  /** ARNs that get a message when an alarm starts and when it ends. */
  readonly actions: readonly string[];
  /** The visibility timeout of the notifications queue. */
  readonly visibilityTimeoutSeconds: number;
  readonly watchdog: Existence;
  readonly grace: Existence;
  readonly control: Existence;
}

/** Alarms exist only if they have an action: each costs 0.10 USD a month, and is useless without an action. */
export function alarmsExistence(actions: readonly string[]): Existence {
  return existsWhen(hasAny(actions));
}

/** Alarms for faults that a person must fix. docs/operations.md says what each means and what to do. */
export function alarms(scope: Construct, props: AlarmsProps): readonly CloudwatchMetricAlarm[] {
  const { metrics, actions } = props;
  const heard = alarmsExistence(actions);
  return definitions(props).flatMap(({ watched = ALWAYS, ...definition }) => {
    const { exists, count } = existsWithBoth(heard, watched);
    if (!exists) return [];
    const { id, metric, periodsOfThree } = definition;
    return new CloudwatchMetricAlarm(scope, id, {
      count,
      alarmName: `${metrics.names.stack}-${id.replaceAll("_", "-")}`,
      alarmDescription: definition.description,
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: { ...metric.dimensions },
      statistic: definition.statistic,
      period: FIVE_MINUTES,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: definition.threshold,
      evaluationPeriods: periodsOfThree === undefined ? 1 : 3,
      datapointsToAlarm: periodsOfThree ?? 1,
      // Most of these metrics have no data if nothing is wrong.
      treatMissingData: "notBreaching",
      alarmActions: [...actions],
      okActions: [...actions],
    });
  });
}

function definitions({
  metrics,
  visibilityTimeoutSeconds,
  watchdog,
  grace,
  control,
}: AlarmsProps): readonly AlarmDefinition[] {
  const deadLetters = (id: string, queue: Parameters<StackMetrics["queue"]>[0], what: string, watched = ALWAYS) => ({
    id,
    metric: metrics.queue(queue, "ApproximateNumberOfMessagesVisible"),
    statistic: "Maximum" as const,
    threshold: 1,
    description: `${what} They stay 14 days: fix the cause, then redrive.`,
    watched,
  });
  const functionAlarms = (key: HandlerName, failing: string, watched = ALWAYS) => [
    {
      id: `${key}_errors`,
      metric: metrics.function(key, "Errors"),
      statistic: "Sum" as const,
      threshold: 1,
      periodsOfThree: 2 as const,
      description: `The ${key} function fails again and again: ${failing} Its log says why.`,
      watched,
    },
    {
      id: `${key}_throttles`,
      metric: metrics.function(key, "Throttles"),
      statistic: "Sum" as const,
      threshold: 1,
      periodsOfThree: 2 as const,
      description: `Lambda throttles the ${key} function: the account's or the function's concurrency is used up.`,
      watched,
    },
  ];
  // The only sign of these: AWS drops the message, and the queue stays empty.
  const lostDeadLetters = (id: string, metric: Metric, what: string, watched = ALWAYS) => ({
    id,
    metric,
    statistic: "Sum" as const,
    threshold: 1,
    description: `${what} could not be put on the dead-letter queue and are lost: the queue, its policy or its key refuses them.`,
    watched,
  });
  return [
    deadLetters(
      "notifications_dlq",
      "notificationsDlq",
      "The pusher stopped trying to deliver notifications: the attribute reason says why.",
    ),
    deadLetters("messages_dlq", "messagesDlq", "The application failed five times to handle messages of clients."),
    deadLetters("presence_dlq", "presenceDlq", "Presence changes could not be sent to the backend.", watchdog),
    deadLetters("presence_grace_dlq", "presenceGraceDlq", "OFFLINE could not be sent for users who left.", grace),
    deadLetters("control_dlq", "controlDlq", "Control frames of clients could not be handled.", control),
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
    ...handlerRows().flatMap(({ handler, failing, part }) =>
      functionAlarms(handler, failing, part === undefined ? ALWAYS : { watchdog, control }[part]),
    ),
    {
      id: "pusher_failed",
      metric: metrics.own("Failed"),
      statistic: "Sum",
      threshold: 1,
      description: "The pusher stopped trying deliveries, or no queue accepted them: see its log and the dead letters.",
    },
    {
      id: "presence_iterator_age",
      metric: metrics.function("presence", "IteratorAge"),
      statistic: "Maximum",
      threshold: OLD_RECORD_MILLISECONDS,
      description:
        "Presence is five minutes or more behind the connections: a record fails, or there are too many records.",
      watched: watchdog,
    },
    {
      id: "notifications_age",
      metric: metrics.queue("notifications", "ApproximateAgeOfOldestMessage"),
      statistic: "Maximum",
      threshold: plus(visibilityTimeoutSeconds, SECOND_TRY_SECONDS),
      description:
        "A notification is older than the queue's visibility timeout and a try: it fails again, or the pusher is too slow.",
    },
    {
      id: "control_failed",
      metric: metrics.own("FramesFailed"),
      statistic: "Sum",
      threshold: 1,
      periodsOfThree: 2,
      description:
        "Control frames of clients fail again and again: the control function's log has the code of the service.",
      watched: control,
    },
    {
      id: "control_age",
      metric: metrics.queue("control", "ApproximateAgeOfOldestMessage"),
      statistic: "Maximum",
      threshold: OLD_FRAME_SECONDS,
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
      description: "DynamoDB, SNS or SQS refuse requests of the WebSocket API: see status and error in its access log.",
    },
    {
      id: "api_execution_errors",
      metric: metrics.api("ExecutionError"),
      statistic: "Sum",
      threshold: 1,
      periodsOfThree: 2,
      description:
        "The WebSocket API cannot call a service or the authorizer, or a service failed: see error and errorType in its access log.",
    },
  ];
}
