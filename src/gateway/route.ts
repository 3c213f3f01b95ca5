import { Apigatewayv2Integration } from "@cdktf/provider-aws/lib/apigatewayv2-integration";
import { Apigatewayv2IntegrationResponse } from "@cdktf/provider-aws/lib/apigatewayv2-integration-response";
import { Apigatewayv2Route } from "@cdktf/provider-aws/lib/apigatewayv2-route";
import { Apigatewayv2RouteResponse } from "@cdktf/provider-aws/lib/apigatewayv2-route-response";
import { Construct } from "constructs";
import { acceptFinding } from "../terraform/accepted-finding";
import { attributeOf } from "../terraform/attribute";

/** The template selection expression that picks the template under {@link DEFAULT_TEMPLATE}, as AWS documents it. */
export const DEFAULT_SELECTION = "\\$default";
export const DEFAULT_TEMPLATE = "$default";

/**
 * Keys under which the original kept its templates of `$connect` and `$disconnect`, and of `ping`. AWS merges maps of
 * templates: if an update leaves a key out, AWS keeps the key, and Terraform then shows a difference at every plan. So
 * these keys also have the current template. No selection expression picks `application/json`.
 */
export const ORIGINAL_TEMPLATES = { stored: "application/json", ping: "200" } as const;

/** Services with the query protocol take a form body. */
export const FORM_CONTENT_TYPE = { "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'" };

/** The handling of one kind of answer from the service. */
export interface RouteAnswer {
  readonly id: string;
  /** Integration response key. */
  readonly key: string;
  readonly template?: string;
  /** A second key of the same template, see {@link ORIGINAL_TEMPLATES}. */
  readonly originalTemplate?: string;
}

export interface RouteProps {
  readonly apiId: string;
  readonly routeKey: string;
  /** `AWS` with {@link service}, or `MOCK` without. */
  readonly service?: {
    /** `arn:<partition>:apigateway:<region>:<service>:action/<Action>` or `…:path/…`. */
    readonly uri: string;
    readonly credentialsArn: string;
  };
  readonly templateSelectionExpression?: string;
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly requestParameters?: Readonly<Record<string, string>>;
  /** By integration response key: `/200/`, `$default`. Without a template, API Gateway does not render the answer. */
  readonly responses: readonly RouteAnswer[];
  readonly authorizerId?: string;
  /** @default - the route always exists */
  readonly count?: number;
}

/** A route, its integration and its answers to the client: all resources that API Gateway needs for one route key. */
export class Route extends Construct {
  readonly route: Apigatewayv2Route;

  constructor(scope: Construct, id: string, props: RouteProps) {
    super(scope, id);
    const { apiId, service, count } = props;
    const integration = new Apigatewayv2Integration(this, "integration", {
      count,
      apiId,
      integrationType: service ? "AWS" : "MOCK",
      integrationUri: service?.uri,
      integrationMethod: service ? "POST" : undefined,
      credentialsArn: service?.credentialsArn,
      passthroughBehavior: "NEVER",
      templateSelectionExpression: props.templateSelectionExpression ?? DEFAULT_SELECTION,
      requestTemplates: { ...props.requestTemplates },
      requestParameters: props.requestParameters ? { ...props.requestParameters } : undefined,
    });
    for (const response of props.responses) {
      new Apigatewayv2IntegrationResponse(this, response.id, {
        count,
        apiId,
        integrationId: attributeOf(integration, "id"),
        integrationResponseKey: response.key,
        templateSelectionExpression: response.template === undefined ? undefined : DEFAULT_SELECTION,
        responseTemplates: responseTemplates(response),
      });
    }
    this.route = new Apigatewayv2Route(this, "route", {
      count,
      apiId,
      routeKey: props.routeKey,
      target: `integrations/${attributeOf(integration, "id")}`,
      authorizationType: props.authorizerId === undefined ? "NONE" : "CUSTOM",
      authorizerId: props.authorizerId,
      routeResponseSelectionExpression: "$default",
    });
    if (props.authorizerId === undefined) {
      acceptFinding(
        this.route,
        "CKV_AWS_309",
        "A WebSocket API authorizes on $connect, once for the connection: its other routes take no authorizer.",
      );
    }
    // API Gateway sends an answer only if the route has a route response.
    new Apigatewayv2RouteResponse(this, "route_response", {
      count,
      apiId,
      routeId: attributeOf(this.route, "id"),
      routeResponseKey: "$default",
    });
  }
}

function responseTemplates({ template, originalTemplate }: RouteAnswer): Record<string, string> | undefined {
  if (template === undefined) return undefined;
  return { ...(originalTemplate && { [originalTemplate]: template }), [DEFAULT_TEMPLATE]: template };
}
