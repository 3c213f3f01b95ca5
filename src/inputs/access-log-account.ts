import type { Tags } from "../aws/tags";
import { GUARDRAIL_INPUTS } from "./guardrails";
import { IDENTITY_INPUTS } from "./identity";
import type { Inputs } from "./input";

/** What {@link AccessLogAccount} needs. */
export interface AccessLogAccountProps {
  /** The role is `<prefix>-sumu-gw-<region>`. It keeps its name when the prefix changes later. */
  readonly prefix: string;
  /** Tags besides `stack = "sumu"`. @default {} */
  readonly commonTags?: Tags;
  /** ARN of an IAM policy that bounds the role's rights. @default - no boundary */
  readonly permissionsBoundary?: string;
}

export const ACCESS_LOG_ACCOUNT_INPUTS = {
  prefix: {
    ...IDENTITY_INPUTS.prefix,
    description: "The role is <prefix>-sumu-gw-<region>. It keeps its name when the prefix changes later.",
  },
  commonTags: IDENTITY_INPUTS.commonTags,
  permissionsBoundary: {
    ...GUARDRAIL_INPUTS.permissionsBoundary,
    description: "ARN of an IAM policy that bounds the role's rights. Null: no boundary.",
  },
} as const satisfies Inputs<AccessLogAccountProps>;
