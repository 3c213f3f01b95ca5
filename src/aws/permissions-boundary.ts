import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { Aspects } from "cdktf";
import type { Construct } from "constructs";

/** Bounds the rights of every role in the scope, so that none is forgotten. A boundary that a role has already stays. */
export function boundEveryRole(scope: Construct, policyArn: string | undefined): void {
  if (policyArn === undefined) return;
  Aspects.of(scope).add({
    visit(node) {
      if (node instanceof IamRole && node.permissionsBoundaryInput === undefined) node.permissionsBoundary = policyArn;
    },
  });
}
