import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { conditional, type IResolvable, Op, Token } from "cdktf";
import type { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { policyDocument } from "../aws/policy-document";
import type { ServiceRole } from "../aws/service-role";
import type { VpcConfig } from "../inputs/guardrails";
import { attributeOf } from "../terraform/attribute";
import { existsWhenGiven } from "../terraform/existence";
import type { Given } from "../terraform/field";
import { whenKnown } from "../terraform/when-known";

/** Puts a function into a VPC. If a variable is null, there is no block. */
export function placeInVpc(lambda: LambdaFunction, vpc: Given<VpcConfig> | undefined): void {
  if (vpc === undefined) return;
  whenKnown(
    vpc,
    ({ subnetIds, securityGroupIds }: VpcConfig) =>
      lambda.putVpcConfig({ subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] }),
    (token) =>
      lambda.addOverride("dynamic.vpc_config", {
        for_each: conditional(Op.eq(token as IResolvable, Token.nullValue()), [], [token]),
        content: {
          subnet_ids: "${vpc_config.value.subnet_ids}",
          security_group_ids: "${vpc_config.value.security_group_ids}",
        },
      }),
  );
}

export interface VpcRightsProps {
  readonly account: AwsAccount;
  readonly vpc?: Given<VpcConfig>;
  /** The ARNs of the function. */
  readonly functionArns: readonly string[];
  /** The function's count. */
  readonly count?: number;
}

/**
 * Lets Lambda create the function's network interfaces, as the function's role. The function's own code may not do
 * this: a call from the function's code names the function, and a call from Lambda does not.
 *
 * @returns the resources that the function must wait for, or undefined when a literal says that there is no VPC
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function vpcRights(
  scope: Construct,
  execution: ServiceRole,
  { account, vpc, functionArns, count }: VpcRightsProps,
): IamRolePolicy | undefined {
  const { exists, condition } = existsWhenGiven(vpc);
  if (!exists) return undefined;
  const both = condition === undefined ? count : Token.asNumber(conditional(condition, count ?? 1, 0));
  const change = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
  ];
  // These actions accept no resource but *.
  const describe = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"];
  const document = policyDocument(
    scope,
    "vpc_policy_document",
    [
      {
        sid: "MakeNetworkInterfaces",
        actions: change,
        // In any account: a shared subnet belongs to its owner's account.
        resources: [`arn:${account.partition}:ec2:${account.region}:*:*/*`],
      },
      { sid: "SeeNetworkInterfaces", actions: describe, resources: ["*"] },
      {
        sid: "NotByTheFunctionItself",
        effect: "Deny",
        actions: [...change, ...describe],
        resources: ["*"],
        condition: [{ test: "ArnEquals", variable: "lambda:SourceFunctionArn", values: [...functionArns] }],
      },
    ],
    { count: both },
  );
  return new IamRolePolicy(scope, "vpc_role_policy", {
    count: both,
    name: "sumu-vpc",
    role: attributeOf(execution.role, "id"),
    policy: attributeOf(document, "json"),
  });
}
