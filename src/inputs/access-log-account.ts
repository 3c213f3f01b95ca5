import type { Tags } from "../aws/tags";
import { IDENTITY_INPUTS } from "./identity";
import type { Inputs } from "./input";

/** What {@link AccessLogAccount} needs. */
export interface AccessLogAccountProps {
  /** The role is `<prefix>-sumu-gw-<region>`. */
  readonly prefix: string;
  /** Tags besides `stack = "sumu"`. @default {} */
  readonly commonTags?: Tags;
}

export const ACCESS_LOG_ACCOUNT_INPUTS = {
  prefix: { ...IDENTITY_INPUTS.prefix, description: "The role is <prefix>-sumu-gw-<region>." },
  commonTags: IDENTITY_INPUTS.commonTags,
} as const satisfies Inputs<AccessLogAccountProps>;
