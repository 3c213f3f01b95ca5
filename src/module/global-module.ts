import type { Construct } from "constructs";
import { AccessLogAccount } from "../global/access-log-account";
import { ACCESS_LOG_ACCOUNT_INPUTS, type AccessLogAccountProps } from "../inputs/access-log-account";
import { asModule } from "./as-module";
import { GLOBAL_MOVED } from "./moved";
import { declareOutputs, type OutputDefinitions } from "./output";
import { requireProviders } from "./providers";
import { ReadableStack } from "./readable-stack";
import { propsFromVariables, variablesOf } from "./variables";

/** The inputs of module `global`. */
export const GLOBAL_VARIABLES = variablesOf(ACCESS_LOG_ACCOUNT_INPUTS);

/** The outputs of module `global`. */
export const GLOBAL_OUTPUTS: OutputDefinitions<AccessLogAccount> = {
  cloudwatch_role_arn: {
    description: "The role with which API Gateway writes logs.",
    value: ({ roleArn }) => roleArn,
  },
};

/** `AccessLogAccount` as a module: an account and region needs it once, before its first stage with access logs. */
export class GlobalModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    requireProviders(this, ["aws"]);
    const { props } = propsFromVariables<AccessLogAccountProps>(this, ACCESS_LOG_ACCOUNT_INPUTS, GLOBAL_VARIABLES);
    const account = new AccessLogAccount(this, "global", props);
    this.addOverride("moved", GLOBAL_MOVED);
    declareOutputs(this, GLOBAL_OUTPUTS, account);
  }

  override toTerraform(): unknown {
    return asModule(super.toTerraform());
  }
}
