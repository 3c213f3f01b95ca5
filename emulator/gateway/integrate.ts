import { Body } from "../velocity/body";
import { renderTemplate } from "../velocity/render-template";
import { TemplateError } from "../velocity/template-error";
import { JsonMap, jsonOf, List, memberAt, textOf, toValue, type Value } from "../velocity/values";
import type { IntegrationDefinition, IntegrationResponseDefinition, RequestParameter } from "./api-definition";
import { internalServerError, RouteFault } from "./fault";
import type { InvokeFunction } from "./gateway-options";
import { invokeProxy } from "./lambda-proxy";
import type { RouteRequest } from "./route-request";
import { compileSelection } from "./selection-expression";
import type { ServiceClient } from "./service-client";
import type { ServiceResponse } from "./service-messages";

/** The integration's answer after its response mapping. */
export interface IntegrationResult {
  /** The status that the integration itself returned. */
  readonly status: number;
  readonly body: string;
}

/** The clients that integrations call. */
export interface Backends {
  readonly services: ServiceClient;
  readonly invoke: InvokeFunction;
}

/**
 * Runs a route's integration: either a function, or the request template and parameters, the service (none for MOCK),
 * and the response template.
 *
 * @throws RouteFault for the errors that API Gateway answers itself: no template, a template that fails, a time-out.
 */
export async function integrate(
  integration: IntegrationDefinition,
  request: RouteRequest,
  { services, invoke }: Backends,
): Promise<IntegrationResult> {
  const { target, timeoutMilliseconds } = integration;
  if (target !== "MOCK" && "functionArn" in target) {
    return invokeProxy(target.functionArn, request, invoke, timeoutMilliseconds);
  }
  const body = requestBody(integration, request);
  const response =
    target === "MOCK"
      ? mockResponse(new Body(body))
      : await services.call(
          target,
          { ...requestParameters(integration.requestParameters, request), body },
          timeoutMilliseconds,
        );
  return { status: response.status, body: responseBody(integration.responses, response, request) };
}

function requestBody(integration: IntegrationDefinition, request: RouteRequest): string {
  const { requestTemplates, templateSelectionExpression, passthroughBehavior } = integration;
  const template = select(requestTemplates, templateSelectionExpression, request.body);
  if (template !== undefined) return render(template, request, request.body);
  if (passthroughBehavior === "NEVER" || (passthroughBehavior === "WHEN_NO_TEMPLATES" && requestTemplates.size > 0)) {
    throw new RouteFault(
      "Unsupported Media Type",
      415,
      `no request template is selected, passthrough is ${passthroughBehavior}`,
    );
  }
  return request.body.text;
}

function select(
  templates: ReadonlyMap<string, string>,
  expression: string | undefined,
  body: Body,
): string | undefined {
  const key = expression === undefined ? undefined : compileSelection(expression)(body);
  return key === undefined ? undefined : (templates.get(key) ?? templates.get("$default"));
}

function render(template: string, request: RouteRequest, body: Body): string {
  const { context, stageVariables, params } = request;
  try {
    return renderTemplate(template, { body, context, stageVariables, params });
  } catch (error) {
    if (error instanceof TemplateError) throw internalServerError(`mapping template: ${error.message}`);
    throw error;
  }
}

/** The answer of a MOCK integration is the statusCode that its request template renders. */
function mockResponse(rendered: Body): ServiceResponse {
  const status = Number(text(memberAt(rendered.json ?? null, ["statusCode"])));
  if (!Number.isInteger(status))
    throw internalServerError('a MOCK request template must render {"statusCode": <number>}');
  return { status, body: "" };
}

function responseBody(
  responses: readonly IntegrationResponseDefinition[],
  response: ServiceResponse,
  request: RouteRequest,
): string {
  if (responses.length === 0) return response.body;
  const chosen =
    responses.find(
      ({ key }) => key !== "$default" && new RegExp(`^(?:${key.slice(1, -1)})$`).test(String(response.status)),
    ) ?? responses.find(({ key }) => key === "$default");
  if (!chosen) throw internalServerError(`no integration response for status ${response.status}`);
  const body = new Body(response.body);
  const template = select(chosen.templates, chosen.templateSelectionExpression, body);
  return template === undefined ? response.body : render(template, request, body);
}

function requestParameters(
  parameters: readonly RequestParameter[],
  request: RouteRequest,
): { readonly headers: Record<string, string>; readonly query: Record<string, string> } {
  const headers: Record<string, string> = {};
  const query: Record<string, string> = {};
  for (const parameter of parameters) {
    const value = parameterValue(parameter.source, request);
    if (value === undefined) continue;
    if (parameter.in === "querystring") query[parameter.name] = value;
    // A client must not be able to write its own header lines.
    else if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw internalServerError(`${parameter.source} cannot be the header ${parameter.name}`);
    } else headers[parameter.name.toLowerCase()] = value;
  }
  return { headers, query };
}

function parameterValue(source: string, request: RouteRequest): string | undefined {
  if (source.startsWith("'")) return source.slice(1, -1);
  const [root = "", ...path] = source.split(".");
  if (root === "context") return text(memberAt(toValue(request.context), path));
  if (root === "stageVariables") return text(memberAt(toValue(request.stageVariables), path));
  const [, place = "", ...names] = path;
  if (place === "body") return text(memberAt(request.body.json ?? null, names));
  const name = names.join(".");
  if (place === "querystring") return request.params.querystring[name];
  const header = Object.entries(request.params.header).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return header?.[1];
}

function text(value: Value): string | undefined {
  if (value === null) return undefined;
  return value instanceof JsonMap || value instanceof List ? jsonOf(value) : textOf(value);
}
