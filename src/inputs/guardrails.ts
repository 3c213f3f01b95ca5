import { Token } from "cdktf";
import type { Given } from "../terraform/field";
import type { Inputs } from "./input";
import { fits, matches, regexCondition } from "./rule";

/** What an organization demands of all resources in its accounts. */
export interface GuardrailProps {
  /**
   * ARN of an IAM policy: the permissions boundary of every role of SUMU, also of the delivery pipelines' roles. It must allow
   * the actions of SUMU's roles: AWS allows only actions that both the boundary and the role's policy allow.
   * @default - no boundary
   */
  readonly permissionsBoundary?: string;
  /**
   * Subnets and security groups of the functions. From there they must reach AWS and the issuer of the tokens, through a
   * NAT gateway: `@connections` of a WebSocket API has no VPC endpoint.
   * @default - no VPC
   */
  readonly vpcConfig?: Given<VpcConfig>;
}

/** Where in a VPC the functions run. */
export interface VpcConfig {
  /** Private subnets, 1 to 16, in at least two availability zones, so that one zone may fail. */
  readonly subnetIds: readonly string[];
  /** Security groups, 1 to 5. They must allow outgoing HTTPS. Nothing comes in. */
  readonly securityGroupIds: readonly string[];
}

const SUBNET = /^subnet-[0-9a-f]{8,17}$/;
const SECURITY_GROUP = /^sg-[0-9a-f]{8,17}$/;
/** https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html */
const MAX_SUBNETS = 16;
const MAX_SECURITY_GROUPS = 5;

const VPC = { subnet_ids: ["subnet-0a1b2c3d4e5f60718"], security_group_ids: ["sg-0a1b2c3d"] };

export const GUARDRAIL_INPUTS = {
  permissionsBoundary: {
    type: "string",
    description:
      "ARN of an IAM policy: the permissions boundary of every role of SUMU, also of the delivery pipelines' roles. Null: no boundary.",
    default: null,
    rule: matches(
      /^arn:[a-z-]+:iam::([0-9]{12}|aws):policy\/[A-Za-z0-9_+=,.@/-]+$/,
      "permissions_boundary must be the ARN of an IAM policy (arn:aws:iam::<account>:policy/<name>), or null for none.",
    ),
    samples: {
      valid: [
        "arn:aws:iam::123456789012:policy/boundary",
        "arn:aws-us-gov:iam::123456789012:policy/team/boundary",
        "arn:aws:iam::aws:policy/PowerUserAccess",
      ],
      invalid: ["", "boundary", "arn:aws:iam::123456789012:role/boundary", "arn:aws:iam::123456789012:policy/"],
    },
  },
  vpcConfig: {
    type: "object({ subnet_ids = list(string), security_group_ids = list(string) })",
    description:
      "Subnets and security groups of the functions. From there they must reach AWS and the issuer, through a NAT gateway. Null: no VPC.",
    default: null,
    rule: {
      message: `vpc_config must be an object of subnet_ids (1 to ${MAX_SUBNETS} ids, subnet-…) and security_group_ids (1 to ${MAX_SECURITY_GROUPS} ids, sg-…), or null for no VPC.`,
      holds: ({ subnetIds, securityGroupIds }) =>
        areIds(subnetIds, SUBNET, MAX_SUBNETS) && areIds(securityGroupIds, SECURITY_GROUP, MAX_SECURITY_GROUPS),
      condition: (ref) =>
        `${idsCondition(`${ref}.subnet_ids`, SUBNET, MAX_SUBNETS)} && ${idsCondition(`${ref}.security_group_ids`, SECURITY_GROUP, MAX_SECURITY_GROUPS)}`,
    },
    samples: {
      valid: [VPC, { subnet_ids: Array(16).fill("subnet-01234567"), security_group_ids: Array(5).fill("sg-01234567") }],
      invalid: [
        { ...VPC, subnet_ids: [] },
        { ...VPC, subnet_ids: ["vpc-0a1b2c3d"] },
        { ...VPC, subnet_ids: Array(17).fill("subnet-01234567") },
        { ...VPC, security_group_ids: [] },
        { ...VPC, security_group_ids: ["default"] },
        { ...VPC, security_group_ids: Array(6).fill("sg-01234567") },
      ],
    },
  },
} as const satisfies Inputs<GuardrailProps>;

function areIds(ids: readonly string[], pattern: RegExp, most: number): boolean {
  return Token.isUnresolved(ids) || (ids.length >= 1 && ids.length <= most && ids.every((id) => fits(pattern, id)));
}

function idsCondition(ref: string, pattern: RegExp, most: number): string {
  return `length(${ref}) >= 1 && length(${ref}) <= ${most} && alltrue([for id in ${ref} : ${regexCondition(pattern, "id")}])`;
}
