import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { Construct } from "constructs";
import { policyDocument } from "../aws/policy-document";
import type { ConnectionStore } from "../connections/connection-store";
import type { WebSocketApi } from "../gateway/web-socket-api";
import type { HandlerFunction } from "../lambda/handler-function";
import { attributeOf } from "../terraform/attribute";
import type { Existence } from "../terraform/existence";

export interface ConnectionLimitProps {
  readonly watchdog: HandlerFunction;
  readonly webSocketApi: WebSocketApi;
  readonly connections: ConnectionStore;
  /** Whether a user's connections are limited. */
  readonly existence: Existence;
}

/**
 * The rights that let the watchdog close connections of this stage, and remove the rows of connections that are gone.
 */
export function grantConnectionLimit(scope: Construct, id: string, props: ConnectionLimitProps): void {
  const { count, exists } = props.existence;
  if (!exists) return;
  const statements = [
    {
      sid: "CloseConnections",
      actions: ["execute-api:ManageConnections"],
      resources: [`${props.webSocketApi.stageExecutionArn}/DELETE/@connections/*`],
    },
    { sid: "RemoveGoneConnections", actions: ["dynamodb:DeleteItem"], resources: [props.connections.tableArn] },
  ];
  const policy = policyDocument(scope, `${id}_policy_document`, statements, { count });
  new IamRolePolicy(scope, `${id}_role_policy`, {
    count,
    name: "sumu-limit",
    role: props.watchdog.roleId,
    policy: attributeOf(policy, "json"),
  });
}
