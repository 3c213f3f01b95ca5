import type { DataAwsIamPolicyDocumentStatement } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { attributeOf } from "../terraform/attribute";
import type { AwsAccount } from "./aws-account";
import { type OptionalStatements, type PolicyDocument, policyDocument } from "./policy-document";

export interface ServiceRoleProps {
  readonly account: AwsAccount;
  /** At most 64 characters. */
  readonly name: string;
  readonly description: string;
  /** The service that assumes the role, such as `lambda.amazonaws.com`; restricted to this account where the service sends aws:SourceAccount. */
  readonly service: string;
  /**
   * The service's resources for which the service may assume the role, as ARNs or patterns. @default - any in this
   * account
   */
  readonly sourceArns?: readonly string[];
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
  /** The rights to use the key that encrypts the role's data. */
  readonly keyStatements?: OptionalStatements;
  /** @default - the role always exists */
  readonly count?: number;
}

/**
 * Services that assume a role without sending their account: a condition on the account would refuse them. API Gateway
 * sends neither source key. Nobody has shown that CodePipeline sends them. IAM passes no role across accounts, so
 * another account's API or pipeline cannot use the role anyway.
 *
 * @see https://github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/pull/479
 */
const SAYS_NO_SOURCE: ReadonlySet<string> = new Set(["apigateway.amazonaws.com", "codepipeline.amazonaws.com"]);

/**
 * A role that one AWS service assumes, with one policy. If the service sends its source, only this account and its own
 * resources may use the role.
 */
export class ServiceRole extends Construct {
  readonly role: IamRole;
  /** The service that assumes the role. */
  readonly trust: PolicyDocument;
  /** The statements of the role's policy. */
  readonly document: PolicyDocument;
  /** The role's policy, for resources that must not be created before the role has its rights. */
  readonly policy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    const { account, name, description, service, sourceArns, statements, keyStatements, count } = props;
    const inAccount = { test: "StringEquals", variable: "aws:SourceAccount", values: [account.accountId] };
    const forArns = sourceArns && { test: "ArnLike", variable: "aws:SourceArn", values: [...sourceArns] };
    const trusted = {
      actions: ["sts:AssumeRole"],
      principals: [{ type: "Service", identifiers: [service] }],
      condition: SAYS_NO_SOURCE.has(service) ? undefined : forArns ? [inAccount, forArns] : [inAccount],
    };
    this.trust = policyDocument(this, "trust_policy_document", [trusted], { count });
    this.role = new IamRole(this, "role", {
      count,
      name,
      description,
      assumeRolePolicy: attributeOf(this.trust, "json"),
    });
    this.document = policyDocument(this, "policy_document", statements, { optional: keyStatements, count });
    this.policy = new IamRolePolicy(this, "role_policy", {
      count,
      name: "sumu",
      role: attributeOf(this.role, "id"),
      policy: attributeOf(this.document, "json"),
    });
  }

  get arn(): string {
    return attributeOf(this.role, "arn");
  }
}
