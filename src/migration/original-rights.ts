import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Construct } from "constructs";
import type { ServiceRole } from "../aws/service-role";
import { NAME_SUFFIXES, physicalName } from "../names";
import { attributeOf } from "../terraform/attribute";

export interface OriginalRightsProps {
  readonly prefix: string;
  /** The role of the routes. The original's policy stays attached to it. */
  readonly gateway: ServiceRole;
  /** @default - they always exist */
  readonly count?: number;
}

/** Terraform ignores the configuration of an object that it has moved here, so the policies below are placeholders. */
const AS_IT_IS = { ignoreChanges: "all" } as const;

/**
 * The roles and policies of the original, unchanged, while a deployment of the original moves to this module. At the
 * start of an apply, Terraform deletes the objects that the configuration no longer has. Then functions and routes
 * would have no rights until the end of the apply. So the first apply of a move keeps these objects. The second apply
 * deletes them, when nothing uses them any more. `moved` blocks name them.
 */
export class OriginalRights extends Construct {
  constructor(scope: Construct, id: string, props: OriginalRightsProps) {
    super(scope, id);
    const { prefix, gateway, count } = props;
    const policyOf = (policyId: string, name: string, role: string) => {
      const policy = new IamPolicy(this, `original_${policyId}_policy`, {
        count,
        name,
        policy: gateway.document.json,
        lifecycle: AS_IT_IS,
      });
      new IamRolePolicyAttachment(this, `original_${policyId}_attachment`, {
        count,
        role,
        policyArn: attributeOf(policy, "arn"),
        lifecycle: AS_IT_IS,
      });
    };
    policyOf("gateway", physicalName(prefix), gateway.role.name);
    const functions = {
      authorizer: ["managed"],
      pusher: ["managed", "custom"],
      presence: ["managed", "custom"],
    } as const;
    for (const [handler, policies] of Object.entries(functions) as [keyof typeof functions, readonly string[]][]) {
      const name = physicalName(prefix, NAME_SUFFIXES[handler]);
      const role = new IamRole(this, `original_${handler}_role`, {
        count,
        name,
        assumeRolePolicy: gateway.trust.json,
        lifecycle: AS_IT_IS,
      });
      for (const policy of policies) {
        policyOf(`${handler}_${policy}`, `${name}-${policy}`, attributeOf(role, "name"));
      }
    }
  }
}
