import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { attributeOf } from "./attribute";
import type { AwsAccount } from "./aws-account";

export interface ServiceRoleProps {
  readonly account: AwsAccount;
  /** At most 64 characters. */
  readonly name: string;
  readonly description: string;
  /** Who assumes it, for this account only: `lambda.amazonaws.com`. */
  readonly service: string;
  /** For which of its resources the service may assume it. @default any in this account */
  readonly sourceArn?: string;
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
  /** @default the role exists always */
  readonly count?: number;
}

/**
 * A role that one AWS service assumes, with one inline policy. Policies are `aws_iam_policy_document` data, so that
 * scanners and reviewers read statements, not JSON in a string.
 */
export class ServiceRole extends Construct {
  readonly role: IamRole;
  /** Its policy, for what must not come up before the role may act. */
  readonly policy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    const { account, name, description, service, sourceArn, statements, count } = props;
    const inAccount = { test: "StringEquals", variable: "aws:SourceAccount", values: [account.accountId] };
    const trust = new DataAwsIamPolicyDocument(this, "trust_policy_document", {
      count,
      statement: [
        {
          actions: ["sts:AssumeRole"],
          principals: [{ type: "Service", identifiers: [service] }],
          condition:
            sourceArn === undefined
              ? [inAccount]
              : [inAccount, { test: "ArnEquals", variable: "aws:SourceArn", values: [sourceArn] }],
        },
      ],
    });
    this.role = new IamRole(this, "role", {
      count,
      name,
      description,
      assumeRolePolicy: attributeOf(trust, "json"),
    });
    const document = new DataAwsIamPolicyDocument(this, "policy_document", { count, statement: [...statements] });
    this.policy = new IamRolePolicy(this, "role_policy", {
      count,
      name: "sumu",
      role: attributeOf(this.role, "id"),
      policy: attributeOf(document, "json"),
    });
  }

  get arn(): string {
    return attributeOf(this.role, "arn");
  }
}
