import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { type CreateResource, ENCRYPTION_IS_AWS, NOT_NEEDED_LOCALLY } from "./creation";

/**
 * `aws_cloudwatch_log_group`. A function's group gets the function's log, and the access log's group gets the gateway's
 * access log.
 */
export const createCloudwatchLogGroup: CreateResource = async (args, { logs }) => {
  const name = args.text("name");
  const retentionInDays = args.optionalNumber("retention_in_days") ?? 0;
  args.leaveOut(NOT_NEEDED_LOCALLY, "tags", "tags_all", "skip_destroy", "log_group_class");
  args.leaveOut(ENCRYPTION_IS_AWS, "kms_key_id");
  args.finish();

  await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
  // As in the provider: 0 keeps everything.
  if (retentionInDays > 0) await logs.send(new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
  const arn = logGroups.find(({ logGroupName }) => logGroupName === name)?.arn;
  return {
    attributes: { id: name, arn: arn?.replace(/:\*$/, "") ?? null },
    remove: () => logs.send(new DeleteLogGroupCommand({ logGroupName: name })),
  };
};
