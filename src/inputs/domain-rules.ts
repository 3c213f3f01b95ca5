import type { ApiMapping } from "./api-mapping";
import { matches, type Rule } from "./rule";

const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

export const certArnRule = matches(
  /^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate\/[A-Za-z0-9-]+$/,
  "cert_arn must be the ARN of an ACM certificate (arn:aws:acm:…:certificate/…), in the region of the APIs.",
);

export const hostedZoneIdRule = matches(
  /^Z[A-Z0-9]{1,31}$/,
  "r53_zone_id must be the id of a Route 53 hosted zone: Z, then up to 31 letters and digits.",
);

export const domainNameRule = matches(
  new RegExp(`^(${LABEL}\\.)+${LABEL}$`),
  "domain_name must be a domain name such as example.com, without a dot at its end.",
);

/** What comes before the domain name. */
export interface SubDomains {
  /** Of the HTTP APIs. */
  readonly stateless: string;
  /** Of the WebSocket APIs. The original's spelling, which its callers write. */
  readonly statefull: string;
}

const SUB_DOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);

export const subDomainsRule: Rule<SubDomains> = {
  message:
    "sub_domains must be an object of stateless and statefull: two different names below domain_name, such as api and live.",
  holds: ({ stateless, statefull }) =>
    SUB_DOMAIN.test(stateless) && SUB_DOMAIN.test(statefull) && stateless !== statefull,
  condition: (ref) =>
    `alltrue([for name in [${ref}.stateless, ${ref}.statefull] : can(regex(${JSON.stringify(SUB_DOMAIN.source)}, name))]) && ${ref}.stateless != ${ref}.statefull`,
};

/** What API Gateway takes as a mapping key, in parts. */
const MAPPING_KEY = /^([A-Za-z0-9$_.+!*'()-]+(\/[A-Za-z0-9$_.+!*'()-]+)*)?$/;
const MAPPING_KEY_CHARACTERS = 300;

function mappingsRule(name: string): Rule<readonly ApiMapping[]> {
  return {
    message: `${name} must be a list of { id, key, stage } whose keys differ: up to ${MAPPING_KEY_CHARACTERS} letters, digits and $-_.+!*'() in parts with / between them, or empty for the domain name itself.`,
    holds: (mappings) =>
      mappings.every(({ key }) => MAPPING_KEY.test(key) && key.length <= MAPPING_KEY_CHARACTERS) &&
      new Set(mappings.map(({ key }) => key)).size === mappings.length,
    condition: (ref) =>
      `alltrue([for api in ${ref} : can(regex(${JSON.stringify(MAPPING_KEY.source)}, api.key)) && length(api.key) <= ${MAPPING_KEY_CHARACTERS}]) && length(distinct([for api in ${ref} : api.key])) == length(${ref})`,
  };
}

export const httpApisRule = mappingsRule("http_apis");
export const wsApisRule = mappingsRule("ws_apis");
