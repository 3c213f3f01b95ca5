import { Token } from "cdktf";
import type { Construct } from "constructs";
import { CUSTOM_DOMAIN_DEFAULTS, CustomDomain } from "../domain/custom-domain";
import {
  certArnRule,
  domainNameRule,
  hostedZoneIdRule,
  httpApisRule,
  subDomainsRule,
  wsApisRule,
} from "../inputs/domain-rules";
import { asModule } from "./as-module";
import { declareOutputs, type OutputDefinitions } from "./output";
import { requireProviders } from "./providers";
import { ReadableStack } from "./readable-stack";
import { COMMON_TAGS, declareVariables, type VariableDefinition } from "./variable";

const MAPPINGS_TYPE = 'list(object({ id = string, key = optional(string, ""), stage = string }))';

/** The inputs of module `core-route53`: the original's, then our own. */
export const CUSTOM_DOMAIN_VARIABLES = {
  prefix: {
    type: "string",
    description: "Accepted for the original's callers; what is made here has the names of its domain.",
    default: null,
  },
  common_tags: COMMON_TAGS,
  cert_arn: {
    type: "string",
    description: "ACM certificate for both names, in the region of the APIs.",
    rule: certArnRule,
  },
  r53_zone_id: { type: "string", description: "Route 53 hosted zone of domain_name.", rule: hostedZoneIdRule },
  domain_name: { type: "string", description: "What the two names are below: example.com.", rule: domainNameRule },
  sub_domains: {
    type: 'object({ stateless = optional(string, "api"), statefull = optional(string, "live") })',
    description: "The name of the HTTP APIs (stateless) and that of the WebSocket APIs (statefull).",
    default: CUSTOM_DOMAIN_DEFAULTS.subDomains,
    rule: subDomainsRule,
  },
  http_apis: {
    type: MAPPINGS_TYPE,
    description:
      "What https://<stateless>.<domain_name>/<key> leads to. Append to it: a mapping's address is its place.",
    default: CUSTOM_DOMAIN_DEFAULTS.httpApis,
    rule: httpApisRule,
  },
  ws_apis: {
    type: MAPPINGS_TYPE,
    description: "What wss://<statefull>.<domain_name>/<key> leads to. Append to it: a mapping's address is its place.",
    default: CUSTOM_DOMAIN_DEFAULTS.wsApis,
    rule: wsApisRule,
  },
  omit_unused_domains: {
    type: "bool",
    description: "True: a name without APIs is left out, with its record.",
    default: CUSTOM_DOMAIN_DEFAULTS.omitUnusedDomains,
  },
} as const satisfies Record<string, VariableDefinition>;

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

/** `CustomDomain` as the original's module `core-route53` ("gato"), with its addresses. */
export class CustomDomainModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    requireProviders(this, ["aws"]);
    const variable = declareVariables(this, CUSTOM_DOMAIN_VARIABLES);
    const domain = new CustomDomain(this, "domain", {
      certArn: variable("cert_arn").stringValue,
      r53ZoneId: variable("r53_zone_id").stringValue,
      domainName: variable("domain_name").stringValue,
      subDomains: variable("sub_domains").value,
      httpApis: variable("http_apis").value,
      wsApis: variable("ws_apis").value,
      omitUnusedDomains: variable("omit_unused_domains").booleanValue,
      commonTags: Token.asStringMap(variable("common_tags").value),
    });
    declareOutputs(this, CUSTOM_DOMAIN_OUTPUTS, domain);
  }

  override toTerraform(): unknown {
    return asModule(super.toTerraform());
  }
}
