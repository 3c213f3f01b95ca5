import type { ApiMapping } from "./api-mapping";
import type { CustomDomainProps } from "./custom-domain-props";
import { IDENTITY_INPUTS } from "./identity";
import type { Inputs } from "./input";
import { fits, known, matches, type Rule, regexCondition } from "./rule";

const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const SUB_DOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);

/** A mapping key as API Gateway allows it, in parts. */
const MAPPING_KEY = /^([A-Za-z0-9$_.+!*'()-]+(\/[A-Za-z0-9$_.+!*'()-]+)*)?$/;
const MAPPING_KEY_CHARACTERS = 300;
const MAPPINGS_TYPE = 'list(object({ id = string, key = optional(string, ""), stage = string }))';

function mappingsRule(name: string): Rule<readonly ApiMapping[]> {
  return {
    message: `${name} must be a list of { id, key, stage } with different keys. A key has up to ${MAPPING_KEY_CHARACTERS} letters, digits and $-_.+!*'() in parts with / between them, or empty for the domain name itself.`,
    holds: (mappings) =>
      mappings.every(({ key }) => fits(MAPPING_KEY, key)) &&
      known(mappings.map(({ key }) => key)).every((key) => key.length <= MAPPING_KEY_CHARACTERS) &&
      new Set(mappings.map(({ key }) => key)).size === mappings.length,
    condition: (ref) =>
      `alltrue([for api in ${ref} : ${regexCondition(MAPPING_KEY, "api.key")} && length(api.key) <= ${MAPPING_KEY_CHARACTERS}]) && length(distinct([for api in ${ref} : api.key])) == length(${ref})`,
  };
}

const mapping = (key: string) => ({ id: "a1b2c3", key, stage: "live" });
const MAPPING_SAMPLES = {
  valid: [[], [mapping("")], [mapping("orders/v1"), mapping("orders/v2")], [mapping("k".repeat(300))]],
  invalid: [
    [mapping("live"), mapping("live")],
    ...["/live", "live/", "a//b", "a b", "k".repeat(301)].map((key) => [mapping(key)]),
  ],
};

export const CUSTOM_DOMAIN_INPUTS = {
  commonTags: IDENTITY_INPUTS.commonTags,
  certArn: {
    type: "string",
    description: "ACM certificate for both names, in the region of the APIs.",
    rule: matches(
      /^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate\/[A-Za-z0-9-]+$/,
      "cert_arn must be the ARN of an ACM certificate (arn:aws:acm:…:certificate/…), in the region of the APIs.",
    ),
    samples: {
      valid: ["arn:aws:acm:eu-west-1:123456789012:certificate/0b1c2d3e-4f56"],
      invalid: ["", "certificate/0b1c2d3e", "arn:aws:iam::123456789012:server-certificate/shop"],
    },
  },
  r53ZoneId: {
    type: "string",
    description: "Route 53 hosted zone of domain_name.",
    rule: matches(
      /^Z[A-Z0-9]{1,31}$/,
      "r53_zone_id must be the id of a Route 53 hosted zone: Z, then up to 31 letters and digits.",
    ),
    samples: { valid: ["Z1", `Z${"0".repeat(31)}`], invalid: ["", "Z", "/hostedzone/Z1", "z1", `Z${"0".repeat(32)}`] },
  },
  domainName: {
    type: "string",
    description: "The domain of both names, for example example.com.",
    rule: matches(
      new RegExp(`^(${LABEL}\\.)+${LABEL}$`),
      "domain_name must be a domain name such as example.com, without a dot at its end.",
    ),
    samples: {
      valid: ["example.com", "a-b.c.example"],
      invalid: ["", "example", "example.com.", ".com", "-a.com", "a b.com"],
    },
  },
  subDomains: {
    type: 'object({ stateless = optional(string, "api"), statefull = optional(string, "live") })',
    description: "The first part of the HTTP APIs' name (stateless) and of the WebSocket APIs' name (statefull).",
    default: { stateless: "api", statefull: "live" },
    rule: {
      message:
        "sub_domains must be an object of stateless and statefull: two different names below domain_name, such as api and live.",
      holds: ({ stateless, statefull }) =>
        fits(SUB_DOMAIN, stateless) && fits(SUB_DOMAIN, statefull) && stateless !== statefull,
      condition: (ref) =>
        `alltrue([for name in [${ref}.stateless, ${ref}.statefull] : ${regexCondition(SUB_DOMAIN, "name")}]) && ${ref}.stateless != ${ref}.statefull`,
    },
    samples: {
      valid: [
        { stateless: "api", statefull: "live" },
        { stateless: "api.v1", statefull: "ws-1" },
      ],
      invalid: [
        { stateless: "api", statefull: "api" },
        { stateless: "", statefull: "live" },
        { stateless: "api.", statefull: "live" },
      ],
    },
  },
  httpApis: {
    type: MAPPINGS_TYPE,
    description:
      "HTTP APIs at https://<stateless>.<domain_name>/<key>. Add new entries at the end, because the resource address has the index.",
    default: [] as readonly ApiMapping[],
    rule: mappingsRule("http_apis"),
    samples: MAPPING_SAMPLES,
  },
  wsApis: {
    type: MAPPINGS_TYPE,
    description:
      "WebSocket APIs at wss://<statefull>.<domain_name>/<key>. Add new entries at the end, because the resource address has the index.",
    default: [] as readonly ApiMapping[],
    rule: mappingsRule("ws_apis"),
    samples: MAPPING_SAMPLES,
  },
  omitUnusedDomains: {
    type: "bool",
    description:
      "True: a name without APIs is not created, and its record is not created. False: both names always exist.",
    default: false,
  },
} as const satisfies Inputs<CustomDomainProps>;
