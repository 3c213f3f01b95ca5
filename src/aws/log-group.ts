import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { Construct } from "constructs";
import { acceptFinding } from "../terraform/accepted-finding";

export interface LogGroupProps {
  readonly name: string;
  readonly retentionInDays: number;
  /** @default - the default of CloudWatch Logs */
  readonly kmsKeyArn?: string;
  /** @default - the group always exists */
  readonly count?: number;
}

/** A log group that keeps its lines for a limited time. */
export function logGroup(scope: Construct, id: string, props: LogGroupProps): CloudwatchLogGroup {
  const { name, retentionInDays, kmsKeyArn, count } = props;
  const group = new CloudwatchLogGroup(scope, id, { count, name, retentionInDays, kmsKeyId: kmsKeyArn });
  acceptFinding(
    group,
    "CKV_AWS_338",
    "log_retention_days is the caller's to raise to a year; who keeps less pays less.",
  );
  return group;
}
