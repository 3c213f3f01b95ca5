import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { LambdaFunctionTracingConfig } from "@cdktf/provider-aws/lib/lambda-function";
import { conditional, Token } from "cdktf";
import type { Construct } from "constructs";
import { policyDocument } from "../aws/policy-document";
import type { ServiceRole } from "../aws/service-role";
import { attributeOf } from "../terraform/attribute";
import type { Existence } from "../terraform/existence";

/**
 * Whether a function traces each invocation, or does what its invoker says, which is AWS's default. API Gateway does
 * not trace WebSocket APIs, so a trace begins with the function.
 *
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-services-apigateway.html
 */
export function tracingConfig({ exists, condition }: Existence): LambdaFunctionTracingConfig | undefined {
  if (condition !== undefined) return { mode: Token.asString(conditional(condition, "Active", "PassThrough")) };
  return exists ? { mode: "Active" } : undefined;
}

/**
 * Lets a function's role send traces. Lambda's documentation names these two actions of X-Ray; they accept no resource
 * but `*`.
 *
 * @param count - the function's count
 * @returns the resources that the function must wait for, or undefined when a literal says that nothing is traced
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
 */
export function tracingRights(
  scope: Construct,
  execution: ServiceRole,
  { exists, condition }: Existence,
  count?: number,
): IamRolePolicy | undefined {
  if (!exists) return undefined;
  const both = condition === undefined ? count : Token.asNumber(conditional(condition, count ?? 1, 0));
  const sendTraces = {
    sid: "SendTraces",
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    resources: ["*"],
  };
  const document = policyDocument(scope, "tracing_policy_document", [sendTraces], { count: both });
  return new IamRolePolicy(scope, "tracing_role_policy", {
    count: both,
    name: "sumu-tracing",
    role: attributeOf(execution.role, "id"),
    policy: attributeOf(document, "json"),
  });
}
