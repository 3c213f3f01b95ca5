import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { Aspects } from "cdktf";
import type { Construct } from "constructs";

/**
 * Sets the permissions boundary of every role in the scope, so that no role is forgotten. A role that already has a
 * boundary keeps it.
 */
export function boundEveryRole(scope: Construct, policyArn: string | undefined): void {
  if (policyArn === undefined) return;
  Aspects.of(scope).add({
    visit(node) {
      if (node instanceof IamRole && node.permissionsBoundaryInput === undefined) node.permissionsBoundary = policyArn;
    },
  });
}
