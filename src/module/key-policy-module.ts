import { Construct } from "constructs";
import { CallerAccount } from "../aws/caller-account";
import { KeyPolicy } from "../encryption/key-policy";
import { KEY_POLICY_INPUTS, type KeyPolicyInputs } from "../inputs/key-policy";
import { asModule } from "./as-module";
import { declareOutputs, type OutputDefinitions } from "./output";
import { requireProviders } from "./providers";
import { ReadableStack } from "./readable-stack";
import { propsFromVariables, variablesOf } from "./variables";

/** The inputs of module `key-policy`. */
export const KEY_POLICY_VARIABLES = variablesOf(KEY_POLICY_INPUTS);

/** The outputs of module `key-policy`. */
export const KEY_POLICY_OUTPUTS: OutputDefinitions<KeyPolicy> = {
  json: {
    description:
      "What the key's policy must allow AWS services: merge it into the key's policy by source_policy_documents.",
    value: ({ json }) => json,
  },
};

/**
 * The policy of a SUMU's key, built only from the SUMU's prefix. Suppose the policy were an output of
 * `module.sumu[each.key]`. With `for_each`, the key would depend on all instances, and each instance on its key: a
 * cycle. This module is not part of that cycle.
 */
export class KeyPolicyModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    requireProviders(this, ["aws"]);
    const { props } = propsFromVariables<KeyPolicyInputs>(this, KEY_POLICY_INPUTS, KEY_POLICY_VARIABLES);
    const parts = new Construct(this, "key_policy");
    const account = new CallerAccount(parts, "account");
    declareOutputs(this, KEY_POLICY_OUTPUTS, new KeyPolicy(parts, "encryption", { account, ...props }));
  }

  override toTerraform(): unknown {
    return asModule(super.toTerraform());
  }
}
