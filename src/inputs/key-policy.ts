import { IDENTITY_INPUTS } from "./identity";
import type { Inputs } from "./input";

/** What the module `key-policy` needs. */
export interface KeyPolicyInputs {
  /** Of the SUMU that the key is for. */
  readonly prefix: string;
}

export const KEY_POLICY_INPUTS = {
  prefix: { ...IDENTITY_INPUTS.prefix, description: "The prefix of the SUMU that the key is for." },
} as const satisfies Inputs<KeyPolicyInputs>;
