import { Token } from "cdktf";
import type { Construct } from "constructs";
import { AccessLogAccount } from "../global/access-log-account";
import { prefixRule } from "../inputs/rules";
import { asModule } from "./as-module";
import { declareOutputs, type OutputDefinitions } from "./output";
import { requireProviders } from "./providers";
import { ReadableStack } from "./readable-stack";
import { COMMON_TAGS, declareVariables, type VariableDefinition } from "./variable";

/** The inputs of module `global`. */
export const GLOBAL_VARIABLES = {
  prefix: { type: "string", description: "The role is <prefix>-sumu-gw-<region>.", rule: prefixRule },
  common_tags: COMMON_TAGS,
} as const satisfies Record<string, VariableDefinition>;

/** The outputs of module `global`. */
export const GLOBAL_OUTPUTS: OutputDefinitions<AccessLogAccount> = {
  cloudwatch_role_arn: {
    description: "The role with which API Gateway writes logs.",
    value: ({ roleArn }) => roleArn,
  },
};

/** `AccessLogAccount` as a module: what an account and region needs once, before its first stage with access logs. */
export class GlobalModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    requireProviders(this, ["aws"]);
    const variable = declareVariables(this, GLOBAL_VARIABLES);
    const account = new AccessLogAccount(this, "global", {
      prefix: variable("prefix").stringValue,
      commonTags: Token.asStringMap(variable("common_tags").value),
    });
    declareOutputs(this, GLOBAL_OUTPUTS, account);
  }

  override toTerraform(): unknown {
    return asModule(super.toTerraform());
  }
}
