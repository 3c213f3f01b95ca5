import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { Construct } from "constructs";

/** What lets a principal use a key: statements, or dynamic blocks of them where only Terraform knows whether there is a key. */
export interface KeyStatements {
  readonly statement: readonly DataAwsIamPolicyDocumentStatement[];
  /** Dynamic blocks `statement`, for {@link DataAwsIamPolicyDocument.addOverride}. */
  readonly dynamic?: readonly unknown[];
}

/** A policy as `aws_iam_policy_document` data, so that scanners and reviewers read statements, not JSON in a string. */
export class PolicyDocument extends DataAwsIamPolicyDocument {
  /** cdktf 0.21 keeps a note in `//` on a resource, and drops it on a data source. */
  override toTerraform(): unknown {
    const { data } = super.toTerraform() as { data: Record<string, Record<string, Record<string, object>>> };
    const block = data[this.terraformResourceType]?.[this.friendlyUniqueId];
    if (block !== undefined) {
      block["//"] = { ...this.rawOverrides["//"], ...block["//"] };
    }
    return { data };
  }
}

/** A policy document of statements, and of what lets its principal use a key where there is one. */
export function policyDocument(
  scope: Construct,
  id: string,
  statements: readonly DataAwsIamPolicyDocumentStatement[],
  { keyStatements, count }: { readonly keyStatements?: KeyStatements; readonly count?: number } = {},
): PolicyDocument {
  const document = new PolicyDocument(scope, id, {
    count,
    statement: [...statements, ...(keyStatements?.statement ?? [])],
  });
  if (keyStatements?.dynamic !== undefined) {
    document.addOverride("dynamic.statement", keyStatements.dynamic);
  }
  return document;
}
