import { Construct } from "constructs";
import { tagEverything } from "../aws/tags";
import { acceptProps } from "../inputs/accept-props";
import { CUSTOM_DOMAIN_INPUTS } from "../inputs/custom-domain";
import type { CustomDomainProps } from "../inputs/custom-domain-props";
import { fieldOf } from "../terraform/field";
import { ApiDomain } from "./api-domain";

/**
 * The application's own names for its APIs: one regional domain name for HTTP APIs and one for WebSocket APIs, with TLS
 * 1.2. Each has a Route 53 alias record, and a mapping for each API and stage.
 *
 * @throws RangeError when a literal prop is invalid; the message names the module's input and the rule.
 */
export class CustomDomain extends Construct {
  /** The name of the HTTP APIs. */
  readonly stateless: ApiDomain;
  /** The name of the WebSocket APIs. The spelling is the original's. */
  readonly statefull: ApiDomain;

  constructor(scope: Construct, id: string, props: CustomDomainProps) {
    super(scope, id);
    const input = acceptProps(props, CUSTOM_DOMAIN_INPUTS);
    const { certArn, r53ZoneId, domainName, subDomains, httpApis, wsApis, omitUnusedDomains } = input;

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
