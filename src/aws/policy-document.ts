import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { Construct } from "constructs";

/** Statements that may be undefined, or dynamic blocks of statements if only Terraform knows whether they exist. */
export interface OptionalStatements {
  readonly statement: readonly DataAwsIamPolicyDocumentStatement[];
  /** Dynamic blocks `statement`, for {@link DataAwsIamPolicyDocument.addOverride}. */
  readonly dynamic?: readonly unknown[];
}

/** A policy as `aws_iam_policy_document` data: scanners and reviewers read statements, not JSON in a string. */
export class PolicyDocument extends DataAwsIamPolicyDocument {
  /** cdktf 0.21 keeps a note in `//` on a resource, but drops it on a data source. */
  override toTerraform(): unknown {
    const { data } = super.toTerraform() as { data: Record<string, Record<string, Record<string, object>>> };
    const block = data[this.terraformResourceType]?.[this.friendlyUniqueId];
    if (block !== undefined) {
      block["//"] = { ...this.rawOverrides["//"], ...block["//"] };
    }
    return { data };
  }
}

/** A policy document of statements. Some of them may be undefined, such as the statement for the use of a key. */
export function policyDocument(
  scope: Construct,
  id: string,
  statements: readonly DataAwsIamPolicyDocumentStatement[],
  { optional, count }: { readonly optional?: OptionalStatements; readonly count?: number } = {},
): PolicyDocument {
  const document = new PolicyDocument(scope, id, {
    count,
    statement: [...statements, ...(optional?.statement ?? [])],
  });
  if (optional?.dynamic !== undefined) {
    document.addOverride("dynamic.statement", optional.dynamic);
  }
  return document;
}
