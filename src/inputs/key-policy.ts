import { IDENTITY_INPUTS } from "./identity";
import type { Inputs } from "./input";
import { PROTECTION_INPUTS } from "./protection";

/** Inputs of the module `key-policy`. */
export interface KeyPolicyInputs {
  /** The prefix of the SUMU that uses the key. */
  readonly prefix: string;
  /** The same list as in the SUMU. @default - none */
  readonly topicPublishers?: readonly string[];
}

export const KEY_POLICY_INPUTS = {
  prefix: { ...IDENTITY_INPUTS.prefix, description: "The prefix of the SUMU that uses the key." },
  topicPublishers: {
    ...PROTECTION_INPUTS.topicPublishers,
    description:
      "The same list as topic_publishers of the module serverless: AWS services that publish to the notifications topic, and so use the key.",
  },
} as const satisfies Inputs<KeyPolicyInputs>;
