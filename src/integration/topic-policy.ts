import type { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import type { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { policyDocument } from "../aws/policy-document";
import { publisherStatements } from "../aws/publisher-statements";
import { WITHOUT_TLS } from "./queue-policy";

/** The actions that a topic's policy can name: SNS refuses `sns:*` there. */
const TOPIC_ACTIONS = [
  "sns:AddPermission",
  "sns:DeleteTopic",
  "sns:GetTopicAttributes",
  "sns:ListSubscriptionsByTopic",
  "sns:Publish",
  "sns:RemovePermission",
  "sns:SetTopicAttributes",
  "sns:Subscribe",
];

/**
 * A topic's policy. It allows the same as SNS's default for a topic without a policy: the account and nobody else. So
 * today's publishers and subscribers keep their access. It also refuses requests without TLS.
 *
 * @param publishers - AWS services that may also publish by themselves
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
 */
export function topicPolicy(
  scope: Construct,
  name: string,
  topic: SnsTopic,
  account: AwsAccount,
  publishers: readonly string[] = [],
): void {
  const statements = [
    {
      sid: "AllowOwner",
      actions: TOPIC_ACTIONS,
      principals: [{ type: "AWS", identifiers: ["*"] }],
      condition: [{ test: "StringEquals", variable: "AWS:SourceOwner", values: [account.accountId] }],
    },
    { sid: "RefuseWithoutTls", effect: "Deny", actions: TOPIC_ACTIONS, ...WITHOUT_TLS },
  ].map((statement) => ({ ...statement, resources: [topic.arn] }));
  const optional = publisherStatements(account, publishers, {
    sid: "Publish",
    actions: ["sns:Publish"],
    resources: [topic.arn],
  });
  const document = policyDocument(scope, `${name}_topic_policy_document`, statements, { optional });
  new SnsTopicPolicy(scope, `${name}_topic_policy`, { arn: topic.arn, policy: document.json });
}
