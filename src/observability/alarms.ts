import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { Construct } from "constructs";
import { hasAny } from "../terraform/condition";
import { ALWAYS, type Existence, existsWhen, existsWithBoth } from "../terraform/existence";
import { type AlarmSources, alarmDefinitions } from "./alarm-definitions";

const FIVE_MINUTES = 300;

export interface AlarmsProps extends AlarmSources {
  /** ARNs that get a message when an alarm starts and when it ends. */
  readonly actions: readonly string[];
}

/** Alarms exist only if they have an action: each costs 0.10 USD a month, and is useless without an action. */
export function alarmsExistence(actions: readonly string[]): Existence {
  return existsWhen(hasAny(actions));
}

/** Alarms for faults that a person must fix. docs/operations.md says what each means and what to do. */
export function alarms(scope: Construct, props: AlarmsProps): readonly CloudwatchMetricAlarm[] {
  const { metrics, actions } = props;
  const heard = alarmsExistence(actions);
  return alarmDefinitions(props).flatMap(({ watched = ALWAYS, ...definition }) => {
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
