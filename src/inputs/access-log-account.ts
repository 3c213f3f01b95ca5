import type { Tags } from "../aws/tags";
import { GUARDRAIL_INPUTS } from "./guardrails";
import { IDENTITY_INPUTS } from "./identity";
import type { Inputs } from "./input";

/** Inputs of {@link AccessLogAccount}. */
export interface AccessLogAccountProps {
  /** The role is `<prefix>-sumu-gw-<region>`. It keeps its name when the prefix changes later. */
  readonly prefix: string;
  /** Tags besides `stack = "sumu"`. @default {} */
  readonly commonTags?: Tags;
  /** ARN of an IAM policy: the role's permissions boundary. @default - no boundary */
  readonly permissionsBoundary?: string;
}

export const ACCESS_LOG_ACCOUNT_INPUTS = {
  prefix: {
    ...IDENTITY_INPUTS.prefix,
    description: "The role's name is <prefix>-sumu-gw-<region>. It stays when the prefix changes later.",
  },
  commonTags: IDENTITY_INPUTS.commonTags,
  permissionsBoundary: {
    ...GUARDRAIL_INPUTS.permissionsBoundary,
    description: "ARN of an IAM policy: the role's permissions boundary. Null: no boundary.",
  },
} as const satisfies Inputs<AccessLogAccountProps>;
