import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import type { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { conditional, type IResolvable, TerraformLocal, Token } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { HANDLERS, type HandlerName } from "../contract/handlers";
import { NAME_SUFFIXES, physicalName } from "../names";
import type { Existence } from "../terraform/existence";
import { alarms } from "./alarms";
import { dashboardBody } from "./dashboard";
import { QUEUE_KEYS, type QueueKey, type StackPart } from "./handler-rows";
import { StackMetrics, type StackNames } from "./stack-metrics";

export interface ObservabilityProps {
  readonly account: AwsAccount;
  readonly metrics: StackMetrics;
  /** ARNs that get the alarms' messages. Empty: there are no alarms. */
  readonly alarmActions: readonly string[];
  /** The visibility timeout of the notifications queue. */
  readonly visibilityTimeoutSeconds: number;
  readonly dashboard: Existence;
  /** When each optional part exists. */
  readonly parts: Readonly<Record<StackPart, Existence>>;
}

/** The monitoring of a SUMU: alarms, and one dashboard. */
export class Observability extends Construct {
  /** Empty if a literal says that nobody gets alarms. */
  readonly alarms: readonly CloudwatchMetricAlarm[];
  /** Undefined if a literal says that there is no dashboard. */
  readonly dashboard?: CloudwatchDashboard;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { account, metrics, parts, dashboard } = props;
    const { control } = parts;
    this.alarms = alarms(this, { ...props, actions: props.alarmActions });
    if (dashboard.exists) {
      const existing = Object.fromEntries(Object.entries(parts).map(([part, { exists }]) => [part, exists])) as Record<
        StackPart,
        boolean
      >;
      // Not Terraform's jsonencode: cdktf does not escape quotes in its argument, and the expressions contain quotes.
      // Terraform fills in only names and ids. Their rules allow no character that JSON would escape.
      const body = (hasControl: boolean) =>
        JSON.stringify(dashboardBody(metrics, { ...existing, control: hasControl }, account.region));
      this.dashboard = new CloudwatchDashboard(this, "overview", {
        count: dashboard.count,
        dashboardName: metrics.names.stack,
        dashboardBody: control.condition === undefined ? body(control.exists) : this.chosen(control.condition, body),
      });
    }
  }

  /**
   * The dashboard with or without the control function, as Terraform decides. Each text is a local, because cdktf does
   * not escape the quotes of a text within an expression.
   */
  private chosen(hasControl: IResolvable, body: (hasControl: boolean) => string): string {
    const local = (id: string, text: string) => new TerraformLocal(this, id, text).asString;
    const [withControl, without] = [local("dashboard_with_control", body(true)), local("dashboard", body(false))];
    return Token.asString(conditional(hasControl, withControl, without));
  }
}

export type StackParts = Pick<StackNames, "api" | "connectionsTable"> & {
  readonly prefix: string;
  /** The functions whose names do not follow from the prefix: a pipeline may release them under another name. */
  readonly functions: Readonly<Partial<Record<HandlerName, string>>>;
};

/** The metrics of the SUMU with a prefix. Names are computed from the prefix, because the resource may not exist. */
export function stackMetrics(parts: StackParts): StackMetrics {
  const name = (suffix: keyof typeof NAME_SUFFIXES) => physicalName(parts.prefix, NAME_SUFFIXES[suffix]);
  return new StackMetrics({
    stack: physicalName(parts.prefix),
    api: parts.api,
    connectionsTable: parts.connectionsTable,
    functions: { ...byKey(HANDLERS, name), ...parts.functions },
    topics: { messages: name("messages"), notifications: name("notifications") },
    queues: byKey<QueueKey>(QUEUE_KEYS, name),
  });
}

function byKey<Key extends string>(keys: readonly Key[], name: (key: Key) => string): Record<Key, string> {
  return Object.fromEntries(keys.map((key) => [key, name(key)])) as Record<Key, string>;
}
