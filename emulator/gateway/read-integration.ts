import type {
  IntegrationDefinition,
  IntegrationResponseDefinition,
  PassthroughBehavior,
  RequestParameter,
  ServiceTarget,
} from "./api-definition";
import type { ResourceReader, StackResource } from "./resource-reader";

const PASSTHROUGH_BEHAVIORS: readonly string[] = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];
const FORM = "'application/x-www-form-urlencoded'";

/** Reads an `aws_apigatewayv2_integration`. @throws Error naming the attribute that the gateway does not support. */
export function readIntegration(
  reader: ResourceReader,
  integration: StackResource,
  responses: readonly IntegrationResponseDefinition[],
): IntegrationDefinition {
  const refuse = (what: string): never => {
    throw new Error(`${integration.address}: ${what}`);
  };
  const type = reader.text(integration, "integration_type");
  if (type !== "AWS" && type !== "MOCK" && type !== "AWS_PROXY") {
    refuse(`integration_type ${type} is not supported here, AWS, AWS_PROXY and MOCK are`);
  }
  for (const attribute of ["connection_id", "content_handling_strategy", "tls_config", "response_parameters"]) {
    if (reader.has(integration, attribute)) refuse(`${attribute} is not supported here`);
  }
  const target = readTarget(reader, integration, type);
  const requestParameters = [...reader.textMap(integration, "request_parameters")].map(([key, source]) =>
    readRequestParameter(integration, key, source),
  );
  if (target !== "MOCK" && "service" in target && target.service !== "dynamodb") {
    const contentType = requestParameters.find(
      (one) => one.in === "header" && one.name.toLowerCase() === "content-type",
    );
    if (contentType?.source !== FORM) {
      refuse(`${target.service} takes forms: integration.request.header.Content-Type must be ${FORM}`);
    }
  }
  const passthroughBehavior = reader.optionalText(integration, "passthrough_behavior") ?? "WHEN_NO_MATCH";
  if (!PASSTHROUGH_BEHAVIORS.includes(passthroughBehavior))
    refuse(`passthrough_behavior ${passthroughBehavior} is unknown`);
  const timeoutMilliseconds = Number(reader.optionalText(integration, "timeout_milliseconds") ?? 29_000);
  if (!(timeoutMilliseconds >= 50 && timeoutMilliseconds <= 29_000)) {
    refuse(`timeout_milliseconds must be 50 to 29000, got ${timeoutMilliseconds}`);
  }
  const templateSelectionExpression = reader.optionalText(integration, "template_selection_expression");
  return {
    target,
    requestParameters,
    requestTemplates: reader.textMap(integration, "request_templates"),
    ...(templateSelectionExpression !== undefined && { templateSelectionExpression }),
    passthroughBehavior: passthroughBehavior as PassthroughBehavior,
    timeoutMilliseconds,
    responses,
  };
}

function readTarget(reader: ResourceReader, integration: StackResource, type: string): IntegrationDefinition["target"] {
  if (type === "MOCK") return "MOCK";
  const uri = reader.text(integration, "integration_uri");
  if (type === "AWS_PROXY") {
    const functionArn = invokedFunction(uri);
    if (functionArn !== undefined) return { functionArn };
    throw new Error(`${integration.address}: AWS_PROXY takes a Lambda invocation URI, got ${uri}`);
  }
  const match = /^arn:[\w-]+:apigateway:([\w-]+):(dynamodb|sns|sqs):(action|path)\/(.+)$/.exec(uri);
  const [, region = "", service, kind, rest = ""] = match ?? [];
  if (!match) {
    throw new Error(
      `${integration.address}: integration_uri ${uri} must be arn:<partition>:apigateway:<region>:<dynamodb|sns|sqs>:<action/…|path/…>`,
    );
  }
  if (reader.optionalText(integration, "integration_method") !== "POST") {
    throw new Error(`${integration.address}: integration_method must be POST`);
  }
  const roleArn = reader.optionalText(integration, "credentials_arn");
  if (roleArn === undefined) {
    throw new Error(`${integration.address}: credentials_arn is missing, the service would refuse the call on AWS`);
  }
  if (service === "dynamodb" && kind === "path") throw new Error(`${integration.address}: dynamodb has actions only`);
  return {
    region,
    service: service as ServiceTarget["service"],
    roleArn,
    ...(kind === "action" ? { action: rest } : { path: `/${rest}` }),
  };
}

/** The function or alias that a Lambda invocation URI names. */
export const invokedFunction = (uri: string): string | undefined =>
  /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(uri)?.[1];

const SOURCE = /^(?:'[^']*'|route\.request\.(?:body|querystring|header)\..+|context\..+|stageVariables\..+)$/;

function readRequestParameter(integration: StackResource, key: string, source: string): RequestParameter {
  const [, place, name = ""] = /^integration\.request\.(header|querystring)\.(.+)$/.exec(key) ?? [];
  if (!place) throw new Error(`${integration.address}: request parameter ${key} is not supported here`);
  if (!SOURCE.test(source)) {
    throw new Error(
      `${integration.address}: ${key} = ${source}: WebSocket APIs take 'static', route.request.{body,querystring,header}.x, context.x and stageVariables.x`,
    );
  }
  return { in: place as RequestParameter["in"], name, source };
}
