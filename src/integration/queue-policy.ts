import type { DataAwsIamPolicyDocumentStatement } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import type { Construct } from "constructs";
import { policyDocument } from "../aws/policy-document";
import { attributeOf } from "../terraform/attribute";

/** Everyone whose request is not encrypted in transit. */
export const WITHOUT_TLS = {
  principals: [{ type: "*", identifiers: ["*"] }],
  condition: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
};

/**
 * A queue's policy: it refuses requests without TLS. The account's roles need no statement here, because their own
 * policies allow them. A service needs a statement, because it has no role.
 *
 * @param allowed - further statements about this queue
 */
export function queuePolicy(
  scope: Construct,
  name: string,
  queue: SqsQueue,
  allowed: readonly Omit<DataAwsIamPolicyDocumentStatement, "resources">[] = [],
): void {
  const count = queue.count as number | undefined;
  const resources = [attributeOf(queue, "arn")];
  const refused = { sid: "RefuseWithoutTls", effect: "Deny", actions: ["sqs:*"], ...WITHOUT_TLS };
  const statements = [...allowed, refused].map((statement) => ({ ...statement, resources }));
  const document = policyDocument(scope, `${name}_policy_document`, statements, { count });
  new SqsQueuePolicy(scope, `${name}_queue_policy`, {
    count,
    queueUrl: attributeOf(queue, "url"),
    policy: attributeOf(document, "json"),
  });
}
