import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import { type Tags, tagEverything } from "../aws/tags";
import type { ApiMapping } from "../inputs/api-mapping";
import {
  certArnRule,
  domainNameRule,
  hostedZoneIdRule,
  httpApisRule,
  type SubDomains,
  subDomainsRule,
  wsApisRule,
} from "../inputs/domain-rules";
import { check } from "../inputs/rule";
import { withDefaults } from "../inputs/with-defaults";
import { fieldOf, type Given, literal } from "../terraform/field";
import { ApiDomain } from "./api-domain";

/** What {@link CustomDomain} needs. Literals are validated at synthesis; tokens pass through. */
export interface CustomDomainProps {
  /** ACM certificate for both names, in the region of the APIs. */
  readonly certArn: string;
  /** Hosted zone of {@link domainName}. */
  readonly r53ZoneId: string;
  /** What the two names are below: `example.com`. */
  readonly domainName: string;
  /**
   * What comes before the domain name, for HTTP and for WebSocket APIs.
   * @default { stateless: "api", statefull: "live" }
   */
  readonly subDomains?: Given<SubDomains>;
  /** What `https://<stateless>.<domain name>/<key>` leads to. @default [] */
  readonly httpApis?: readonly ApiMapping[] | IResolvable;
  /** What `wss://<statefull>.<domain name>/<key>` leads to. @default [] */
  readonly wsApis?: readonly ApiMapping[] | IResolvable;
  /**
   * Whether a name without APIs is left out, with its record. The original made both always.
   * @default false
   */
  readonly omitUnusedDomains?: boolean | IResolvable;
  /** Tags besides `stack = "sumu"`. @default {} */
  readonly commonTags?: Tags;
}

/** Defaults of the optional props, and of the module's variables. */
export const CUSTOM_DOMAIN_DEFAULTS = {
  subDomains: { stateless: "api", statefull: "live" } as Given<SubDomains>,
  httpApis: [] as readonly ApiMapping[] | IResolvable,
  wsApis: [] as readonly ApiMapping[] | IResolvable,
  omitUnusedDomains: false as boolean | IResolvable,
  commonTags: {} as Tags,
};

/**
 * The application's own names for its APIs: one regional domain name for HTTP APIs and one for WebSocket APIs, TLS 1.2,
 * with a Route 53 alias record each and a mapping for each API and stage.
 *
 * @throws RangeError when a literal prop is invalid; the message names the module's input and the rule.
 */
export class CustomDomain extends Construct {
  /** The name of the HTTP APIs. */
  readonly stateless: ApiDomain;
  /** The name of the WebSocket APIs. The original's spelling. */
  readonly statefull: ApiDomain;

  constructor(scope: Construct, id: string, props: CustomDomainProps) {
    super(scope, id);
    const input = withDefaults(props, CUSTOM_DOMAIN_DEFAULTS);
    const { certArn, r53ZoneId, domainName, subDomains, httpApis, wsApis, omitUnusedDomains } = input;
    check(certArnRule, certArn);
    check(hostedZoneIdRule, r53ZoneId);
    check(domainNameRule, domainName);
    check(subDomainsRule, literal<SubDomains>(subDomains));
    check(httpApisRule, literal<readonly ApiMapping[]>(httpApis));
    check(wsApisRule, literal<readonly ApiMapping[]>(wsApis));

    const common = { domainName, certArn, hostedZoneId: r53ZoneId, omitUnused: omitUnusedDomains };
    this.stateless = new ApiDomain(this, "http", {
      ...common,
      kind: "stateless",
      subDomain: fieldOf(subDomains, "stateless"),
      apis: httpApis,
    });
    this.statefull = new ApiDomain(this, "web_socket", {
      ...common,
      kind: "statefull",
      subDomain: fieldOf(subDomains, "statefull"),
      apis: wsApis,
    });
    tagEverything(this, input.commonTags);
  }
}
