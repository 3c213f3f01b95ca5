import { createCloudwatchLogGroup } from "./cloudwatch-log-group";
import type { CreateResource } from "./creation";
import { createDynamodbTable } from "./dynamodb-table";
import { createIamPolicy } from "./iam-policy";
import { createIamRole } from "./iam-role";
import { createIamRolePolicy } from "./iam-role-policy";
import { createIamRolePolicyAttachment } from "./iam-role-policy-attachment";
import { createLambdaAlias } from "./lambda-alias";
import { createLambdaEventInvokeConfig } from "./lambda-event-invoke-config";
import { createLambdaEventSourceMapping } from "./lambda-event-source-mapping";
import { createLambdaFunction } from "./lambda-function";
import { createLambdaPermission } from "./lambda-permission";
import { createSnsTopic } from "./sns-topic";
import { createSnsTopicPolicy } from "./sns-topic-policy";
import { createSnsTopicSubscription } from "./sns-topic-subscription";
import { createSqsQueue } from "./sqs-queue";
import { createSqsQueuePolicy } from "./sqs-queue-policy";

/** The resource types that really exist in the local stack. */
export const CREATED_RESOURCES: { readonly [type: string]: CreateResource } = {
  aws_cloudwatch_log_group: createCloudwatchLogGroup,
  aws_dynamodb_table: createDynamodbTable,
  aws_iam_policy: createIamPolicy,
  aws_iam_role: createIamRole,
  aws_iam_role_policy: createIamRolePolicy,
  aws_iam_role_policy_attachment: createIamRolePolicyAttachment,
  aws_lambda_alias: createLambdaAlias,
  aws_lambda_event_source_mapping: createLambdaEventSourceMapping,
  aws_lambda_function: createLambdaFunction,
  aws_lambda_function_event_invoke_config: createLambdaEventInvokeConfig,
  aws_lambda_permission: createLambdaPermission,
  aws_sns_topic: createSnsTopic,
  aws_sns_topic_policy: createSnsTopicPolicy,
  aws_sns_topic_subscription: createSnsTopicSubscription,
  aws_sqs_queue: createSqsQueue,
  aws_sqs_queue_policy: createSqsQueuePolicy,
};
