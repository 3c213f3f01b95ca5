import type { Construct } from "constructs";
import { CustomDomain } from "../domain/custom-domain";
import { CUSTOM_DOMAIN_INPUTS } from "../inputs/custom-domain";
import type { CustomDomainProps } from "../inputs/custom-domain-props";
import { asModule } from "./as-module";
import { declareOutputs, type OutputDefinitions } from "./output";
import { requireProviders } from "./providers";
import { ReadableStack } from "./readable-stack";
import type { VariableDefinition } from "./variable";
import { propsFromVariables, variablesOf } from "./variables";

/** The inputs of module `core-route53`: the original's first, then our own. */
export const CUSTOM_DOMAIN_VARIABLES: Readonly<Record<string, VariableDefinition>> = {
  prefix: {
    type: "string",
    description: "Accepted for the original's callers; what is made here has the names of its domain.",
    default: null,
  },
  ...variablesOf(CUSTOM_DOMAIN_INPUTS),
};

/** The outputs of module `core-route53`. */
export const CUSTOM_DOMAIN_OUTPUTS: OutputDefinitions<CustomDomain> = {
  dist: {
    description:
      "Where the two names lead, for records elsewhere: stateless and statefull = { domain_name, zone_id }, both null for a name left out.",
    value: ({ stateless, statefull }) => ({
      stateless: { domain_name: stateless.targetDomainName, zone_id: stateless.targetZoneId },
      statefull: { domain_name: statefull.targetDomainName, zone_id: statefull.targetZoneId },
    }),
  },
};

/** `CustomDomain` as the original's module `core-route53` ("gato"), with the original's addresses. */
export class CustomDomainModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    requireProviders(this, ["aws"]);
    const { props } = propsFromVariables<CustomDomainProps>(this, CUSTOM_DOMAIN_INPUTS, CUSTOM_DOMAIN_VARIABLES);
    const domain = new CustomDomain(this, "domain", props);
    declareOutputs(this, CUSTOM_DOMAIN_OUTPUTS, domain);
  }

  override toTerraform(): unknown {
    return asModule(super.toTerraform());
  }
}
