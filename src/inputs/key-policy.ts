import { IDENTITY_INPUTS } from "./identity";
import type { Inputs } from "./input";
import { PROTECTION_INPUTS } from "./protection";

/** What the module `key-policy` needs. */
export interface KeyPolicyInputs {
  /** Of the SUMU that the key is for. */
  readonly prefix: string;
  /** As of the SUMU. @default - none */
  readonly topicPublishers?: readonly string[];
}

export const KEY_POLICY_INPUTS = {
  prefix: { ...IDENTITY_INPUTS.prefix, description: "The prefix of the SUMU that the key is for." },
  topicPublishers: {
    ...PROTECTION_INPUTS.topicPublishers,
    description:
      "The topic_publishers of the module serverless: AWS services that publish to the notifications topic by themselves, and so use the key.",
  },
} as const satisfies Inputs<KeyPolicyInputs>;
