import type {
  ApiDefinition,
  AuthorizerDefinition,
  IntegrationDefinition,
  IntegrationResponseDefinition,
  RouteDefinition,
  StageDefinition,
} from "./api-definition";
import { invokedFunction, readIntegration } from "./read-integration";
import { type Attributes, type Resolve, ResourceReader, type StackResource } from "./resource-reader";

/** A stack as `cdktf synth` writes it: `resource.<type>.<name>`. */
export interface TerraformJson {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
}

/**
 * The WebSocket API of a synthesized stack.
 *
 * @param resolve gives any attribute's value without references: `${aws_apigatewayv2_api.ws.id}` becomes an id, at
 * every depth of lists and objects. The resolver chooses the ids; the same reference must always give the same id.
 * @throws Error naming the resource and attribute if the gateway does not support it: the gateway never ignores an
 * attribute silently.
 */
export function readApi(json: TerraformJson, resolve: Resolve): ApiDefinition {
  const reader = new ResourceReader(json.resource ?? {}, resolve);
  const [api, ...others] = reader
    .all("aws_apigatewayv2_api")
    .filter((resource) => reader.text(resource, "protocol_type") === "WEBSOCKET");
  if (!api || others.length > 0) {
    throw new Error(
      `the stack must have one aws_apigatewayv2_api with protocol_type WEBSOCKET, it has ${others.length + (api ? 1 : 0)}`,
    );
  }
  const apiId = reader.id(api);
  const ofApi = (type: string): StackResource[] =>
    reader.all(type).filter((resource) => reader.text(resource, "api_id") === apiId);

  const routeResponses = ofApi("aws_apigatewayv2_route_response");
  const authorizers = new Map(
    ofApi("aws_apigatewayv2_authorizer").map((one) => [reader.id(one), readAuthorizer(reader, one)]),
  );
  const integrations = readIntegrations(reader, ofApi);
  const routes = ofApi("aws_apigatewayv2_route").map((route): [string, RouteDefinition] => {
    const routeKey = reader.text(route, "route_key");
    const target = reader.text(route, "target").replace(/^integrations\//, "");
    const integration = integrations.get(target);
    if (!integration) throw new Error(`${route.address}: its target ${target} is not an integration of the API`);
    const authorizer = readRouteAuthorizer(reader, route, authorizers);
    const answers = routeResponses.some(
      (response) =>
        reader.text(response, "route_id") === reader.id(route) &&
        reader.text(response, "route_response_key") === "$default",
    );
    if (answers && reader.optionalText(route, "route_response_selection_expression") !== "$default") {
      throw new Error(
        `${route.address}: a route response is sent only with route_response_selection_expression $default`,
      );
    }
    return [routeKey, { routeKey, integration, answers, ...(authorizer && { authorizer }) }];
  });
  if (new Set(routes.map(([key]) => key)).size < routes.length) throw new Error("two routes have the same route_key");

  const stages = ofApi("aws_apigatewayv2_stage");
  if (stages.length === 0) throw new Error(`${api.address}: the API must have a stage`);
  return {
    id: apiId,
    executionArn: String(reader.reference(api, "execution_arn")),
    routeSelectionExpression: reader.text(api, "route_selection_expression"),
    routes: new Map(routes),
    stages: stages.map((stage) => readStage(reader, stage)),
  };
}

function readIntegrations(
  reader: ResourceReader,
  ofApi: (type: string) => StackResource[],
): ReadonlyMap<string, IntegrationDefinition> {
  const responses = ofApi("aws_apigatewayv2_integration_response");
  return new Map(
    ofApi("aws_apigatewayv2_integration").map((integration) => {
      const id = reader.id(integration);
      const own = responses.filter((response) => reader.text(response, "integration_id") === id);
      return [
        id,
        readIntegration(
          reader,
          integration,
          own.map((response) => readIntegrationResponse(reader, response)),
        ),
      ];
    }),
  );
}

function readIntegrationResponse(reader: ResourceReader, response: StackResource): IntegrationResponseDefinition {
  const key = reader.text(response, "integration_response_key");
  if (key !== "$default" && !/^\/.+\/$/.test(key)) {
    throw new Error(
      `${response.address}: integration_response_key must be $default or /<regular expression>/, got ${key}`,
    );
  }
  const templateSelectionExpression = reader.optionalText(response, "template_selection_expression");
  return {
    key,
    templates: reader.textMap(response, "response_templates"),
    ...(templateSelectionExpression !== undefined && { templateSelectionExpression }),
  };
}

const NOT_FOR_WEBSOCKET = [
  "authorizer_payload_format_version",
  "authorizer_result_ttl_in_seconds",
  "enable_simple_responses",
];

function readAuthorizer(reader: ResourceReader, authorizer: StackResource): AuthorizerDefinition {
  const uri = reader.text(authorizer, "authorizer_uri");
  const functionArn = invokedFunction(uri);
  if (reader.text(authorizer, "authorizer_type") !== "REQUEST" || functionArn === undefined) {
    throw new Error(
      `${authorizer.address}: WebSocket APIs have REQUEST authorizers with a Lambda invocation URI only, got ${uri}`,
    );
  }
  for (const attribute of NOT_FOR_WEBSOCKET) {
    if (reader.isSet(authorizer, attribute)) {
      throw new Error(`${authorizer.address}: ${attribute} cannot be set for WEBSOCKET protocol Apis.`);
    }
  }
  // AWS treats [""] as an empty list.
  const identitySources = reader.textList(authorizer, "identity_sources").filter((source) => source !== "");
  const bad = identitySources.find((source) => !/^route\.request\.(?:querystring|header)\.[^.]+$/.test(source));
  if (bad !== undefined) throw new Error(`${authorizer.address}: identity source ${bad} is not supported here`);
  return { id: reader.id(authorizer), functionArn, identitySources };
}

function readRouteAuthorizer(
  reader: ResourceReader,
  route: StackResource,
  authorizers: ReadonlyMap<string, AuthorizerDefinition>,
): AuthorizerDefinition | undefined {
  for (const attribute of ["api_key_required", "request_models", "model_selection_expression", "request_parameter"]) {
    if (reader.has(route, attribute)) throw new Error(`${route.address}: ${attribute} is not supported here`);
  }
  const type = reader.optionalText(route, "authorization_type") ?? "NONE";
  if (type === "NONE") return undefined;
  if (type !== "CUSTOM") throw new Error(`${route.address}: authorization_type ${type} is not supported here`);
  if (reader.text(route, "route_key") !== "$connect") {
    throw new Error(`${route.address}: API Gateway has authorizers on $connect only`);
  }
  const authorizer = authorizers.get(reader.text(route, "authorizer_id"));
  if (!authorizer) throw new Error(`${route.address}: its authorizer_id is not an authorizer of the API`);
  return authorizer;
}

function readStage(reader: ResourceReader, stage: StackResource): StageDefinition {
  const accessLog = reader.block(stage, "access_log_settings");
  const settings = reader.block(stage, "default_route_settings");
  const rate = Number(settings?.throttling_rate_limit ?? 0);
  const burst = Number(settings?.throttling_burst_limit ?? 0);
  if (Number.isNaN(rate + burst)) throw new Error(`${stage.address}: the throttling limits must be numbers`);
  if (reader.optionalText(stage, "auto_deploy") !== "true") {
    throw new Error(`${stage.address}: auto_deploy must be true here, there are no deployments`);
  }
  return {
    name: reader.text(stage, "name"),
    variables: Object.fromEntries(reader.textMap(stage, "stage_variables")),
    ...(accessLog && { accessLogFormat: String(accessLog.format) }),
    ...(rate > 0 && burst > 0 && { throttling: { ratePerSecond: rate, burst } }),
  };
}
