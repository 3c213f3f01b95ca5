import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import type { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { conditional, TerraformLocal, Token } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { HANDLERS, type HandlerName } from "../contract/handlers";
import { NAME_SUFFIXES, physicalName } from "../names";
import type { Existence } from "../terraform/existence";
import { alarms } from "./alarms";
import { dashboardBody } from "./dashboard";
import type { DashboardParts } from "./dashboard-parts";
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
    const { metrics, dashboard } = props;
    this.alarms = alarms(this, { ...props, actions: props.alarmActions });
    if (dashboard.exists) {
      this.dashboard = new CloudwatchDashboard(this, "overview", {
        count: dashboard.count,
        dashboardName: metrics.names.stack,
        dashboardBody: this.dashboardBody(props),
      });
    }
  }

  /** The dashboard with the rows of the parts that exist. Of the control function and channels, Terraform may decide. */
  private dashboardBody({ account, metrics, parts }: ObservabilityProps): string {
    const existing = Object.fromEntries(Object.entries(parts).map(([part, { exists }]) => [part, exists])) as Record<
      StackPart,
      boolean
    >;
    // Not Terraform's jsonencode: cdktf does not escape quotes in its argument, and the expressions contain quotes.
    // Terraform fills in only names and ids. Their rules allow no character that JSON would escape.
    const text = (id: string, decided: Pick<DashboardParts, "control" | "channels">): Text => ({
      id,
      text: JSON.stringify(dashboardBody(metrics, { ...existing, ...decided }, account.region)),
    });
    const withControl = this.chosen(
      parts.channels,
      text("dashboard_with_channels", { control: true, channels: true }),
      text("dashboard_with_control", { control: true, channels: false }),
    );
    return this.chosen(parts.control, withControl, text("dashboard", { control: false, channels: false })).text;
  }

  /** One of two texts, as Terraform decides if a literal does not. */
  private chosen({ exists, condition }: Existence, one: Text, other: Text): Text {
    if (condition === undefined) return exists ? one : other;
    const [yes, no] = [one, other].map(({ id, text }) => {
      // A local, because cdktf does not escape the quotes of a text within an expression.
      return id === undefined ? text : new TerraformLocal(this, id, text).asString;
    });
    return { text: Token.asString(conditional(condition, yes, no)) };
  }
}

interface Text {
  /** Undefined for an expression of Terraform. */
  readonly id?: string;
  readonly text: string;
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
