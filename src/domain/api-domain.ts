import { Apigatewayv2ApiMapping } from "@cdktf/provider-aws/lib/apigatewayv2-api-mapping";
import { Apigatewayv2DomainName } from "@cdktf/provider-aws/lib/apigatewayv2-domain-name";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Fn, type IResolvable, propertyAccess, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";
import type { ApiMapping } from "../inputs/api-mapping";
import { attributeOf, attributeOrNull } from "../terraform/attribute";
import { choose } from "../terraform/choose";
import { either, hasAny, not } from "../terraform/condition";
import { existsWhen } from "../terraform/existence";
import { whenKnown } from "../terraform/when-known";

export interface ApiDomainProps {
  /** `stateless` or `statefull`: the addresses contain it. */
  readonly kind: string;
  readonly subDomain: string;
  readonly domainName: string;
  readonly certArn: string;
  readonly hostedZoneId: string;
  readonly apis: readonly ApiMapping[] | IResolvable;
  /** If true, nothing exists when there are no APIs. */
  readonly omitUnused: boolean | IResolvable;
}

const CONFIGURATION = "domain_name_configuration[0]";

/** One custom domain name, its record and its API mappings. HTTP and WebSocket APIs cannot share one. */
export class ApiDomain extends Construct {
  private readonly domain?: Apigatewayv2DomainName;

  constructor(scope: Construct, id: string, props: ApiDomainProps) {
    super(scope, id);
    const { kind, apis } = props;
    const existence = existsWhen(either(not(props.omitUnused), hasAny(apis)));
    if (!existence.exists) {
      return;
    }
    const { count } = existence;
    this.domain = new Apigatewayv2DomainName(this, `${kind}_domain_name`, {
      count,
      domainName: `${props.subDomain}.${props.domainName}`,
      domainNameConfiguration: {
        certificateArn: props.certArn,
        endpointType: "REGIONAL",
        securityPolicy: "TLS_1_2",
      },
    });
    new Route53Record(this, `${kind}_record`, {
      count,
      zoneId: props.hostedZoneId,
      // The record's name is below the zone's own name, as in the original. Another spelling would replace the record.
      name: props.subDomain,
      type: "A",
      alias: {
        name: attributeOf(this.domain, `${CONFIGURATION}.target_domain_name`),
        zoneId: attributeOf(this.domain, `${CONFIGURATION}.hosted_zone_id`),
        evaluateTargetHealth: true,
      },
    });
    this.map(kind, apis, attributeOf(this.domain, "domain_name"));
  }

  /**
   * The target of the domain name, for DNS records elsewhere. Undefined, or null in Terraform, when the name does not
   * exist.
   */
  get targetDomainName(): string | undefined {
    return this.domain && attributeOrNull(this.domain, `${CONFIGURATION}.target_domain_name`);
  }

  /** The hosted zone of {@link targetDomainName}. */
  get targetZoneId(): string | undefined {
    return this.domain && attributeOrNull(this.domain, `${CONFIGURATION}.hosted_zone_id`);
  }

  private map(kind: string, apis: readonly ApiMapping[] | IResolvable, domainName: string): void {
    whenKnown(
      apis,
      (known) => this.mapEach(kind, known, domainName),
      (token) => this.mapCounted(kind, token, domainName),
    );
  }

  private mapEach(kind: string, apis: readonly ApiMapping[], domainName: string): void {
    for (const [index, { id, key, stage }] of apis.entries()) {
      // A token's text changes at each synthesis, so the mapping's index is its name.
      const name = Token.isUnresolved(key) ? `${index}` : key.replace(/[^A-Za-z0-9-]+/g, "_") || "root";
      new Apigatewayv2ApiMapping(this, `${kind}_microservices_${name}_api_mapping`, {
        apiId: id,
        stage,
        apiMappingKey: key === "" ? undefined : key,
        domainName,
      });
    }
  }

  private mapCounted(kind: string, apis: readonly ApiMapping[] | IResolvable, domainName: string): void {
    const count = TerraformCount.of(Token.asNumber(Fn.lengthOf(apis)));
    const field = (name: keyof ApiMapping) => Token.asString(propertyAccess(apis, [count.index, name]));
    new Apigatewayv2ApiMapping(this, `${kind}_microservices_api_mapping`, {
      count,
      apiId: field("id"),
      stage: field("stage"),
      apiMappingKey: choose(hasAny(field("key")), field("key"), Token.asString(Token.nullValue())),
      domainName,
    });
  }
}
