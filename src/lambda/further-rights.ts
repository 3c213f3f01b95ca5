import type { DataAwsIamPolicyDocumentStatement } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { Construct } from "constructs";
import { policyDocument } from "../aws/policy-document";
import type { ServiceRole } from "../aws/service-role";
import type { Encryption, KeyUse } from "../encryption/encryption";
import { attributeOf } from "../terraform/attribute";
import type { Existence } from "../terraform/existence";

/** Rights that a function has only if an input asks for them. */
export interface FurtherRights {
  /** A part of the policy's name, and of the ids of the resources that give the rights. */
  readonly name: string;
  readonly existence: Existence;
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
  /** The rights that it then has on the key. @default - none */
  readonly keyUses?: readonly KeyUse[];
}

/**
 * Gives a function's role a further policy for an input.
 *
 * @returns the resources that the function must wait for, or undefined when a literal says that there are no such
 * rights
 */
export function furtherRights(
  scope: Construct,
  execution: ServiceRole,
  encryption: Encryption,
  { name, existence, statements, keyUses = [] }: FurtherRights,
): IamRolePolicy | undefined {
  if (!existence.exists) return undefined;
  const { count } = existence;
  const document = policyDocument(scope, `${name}_policy_document`, statements, {
    optional: encryption.statements(keyUses),
    count,
  });
  return new IamRolePolicy(scope, `${name}_role_policy`, {
    count,
    name: `sumu-${name}`,
    role: attributeOf(execution.role, "id"),
    policy: attributeOf(document, "json"),
  });
}
