import type { TerraformJson } from "../../../../emulator/gateway/read-api";
import { type ApiDefinition, readApi } from "../../../../emulator/gateway/start-gateway";

type Resources = Record<string, Record<string, Record<string, unknown>>>;

const ACK = '{"ack":"$context.routeKey","status":"$context.requestId"}';
const FORM = { "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'" };
const ARN = "arn:aws:apigateway:eu-west-1";
const ref = (type: string, name: string): string => `\${aws_apigatewayv2_${type}.${name}.id}`;

interface SampleRoute {
  readonly routeKey: string;
  readonly uri?: string;
  readonly answers?: boolean;
  readonly integration?: Record<string, unknown>;
  readonly responses?: readonly Record<string, unknown>[];
  readonly route?: Record<string, unknown>;
}

const RESPONSES = [
  {
    integration_response_key: "/2\\d\\d/",
    template_selection_expression: "\\$default",
    response_templates: { $default: ACK },
  },
  {
    integration_response_key: "$default",
    template_selection_expression: "\\$default",
    response_templates: { $default: '{"failed":"$context.routeKey"}' },
  },
];

/** Routes of every kind, in the shape that `cdktf synth` writes. */
export const SAMPLE_ROUTES: Record<string, SampleRoute> = {
  connect: {
    routeKey: "$connect",
    uri: `${ARN}:dynamodb:action/PutItem`,
    integration: {
      request_templates: {
        $default:
          '{"id":"$context.connectionId","user":"$context.authorizer.principalId","level":"$context.authorizer.level"}',
      },
    },
    route: { authorization_type: "CUSTOM", authorizer_id: ref("authorizer", "request") },
  },
  disconnect: {
    routeKey: "$disconnect",
    uri: `${ARN}:dynamodb:action/DeleteItem`,
    integration: {
      request_templates: { $default: '{"id":"$context.connectionId","user":"$context.authorizer.principalId"}' },
    },
  },
  ping: {
    routeKey: "ping",
    answers: true,
    integration: { template_selection_expression: "200", request_templates: { "200": '{"statusCode":200}' } },
    responses: [
      {
        integration_response_key: "/200/",
        template_selection_expression: "\\$default",
        response_templates: { $default: '{"pong":"$context.connectionId"}' },
      },
    ],
  },
  send: {
    routeKey: "send",
    uri: `${ARN}:sqs:path/000000000000/messages`,
    answers: true,
    integration: {
      request_parameters: FORM,
      request_templates: { $default: "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$.message'))" },
    },
    responses: RESPONSES,
  },
  publish: {
    routeKey: "publish",
    uri: `${ARN}:sns:action/Publish`,
    answers: true,
    integration: {
      request_parameters: FORM,
      request_templates: { $default: "Action=Publish&Message=$util.urlEncode($input.json('$.message'))" },
    },
    responses: RESPONSES,
  },
  quiet: {
    routeKey: "quiet",
    uri: `${ARN}:dynamodb:action/GetItem`,
    integration: { request_templates: { $default: "{}" } },
    responses: RESPONSES,
  },
};

/** The sample stack as Terraform JSON. */
export function sampleJson(
  routes: Record<string, SampleRoute> = SAMPLE_ROUTES,
  stage: Record<string, unknown> = {},
): TerraformJson & { resource: Resources } {
  const resource: Resources = {
    aws_apigatewayv2_api: { ws: { protocol_type: "WEBSOCKET", route_selection_expression: "$request.body.action" } },
    aws_apigatewayv2_authorizer: {
      request: {
        api_id: ref("api", "ws"),
        authorizer_type: "REQUEST",
        authorizer_uri:
          "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:authorizer:latest/invocations",
        identity_sources: ["route.request.querystring.authorization"],
      },
    },
    aws_apigatewayv2_stage: { stage: { api_id: ref("api", "ws"), name: "dev", auto_deploy: true, ...stage } },
    aws_apigatewayv2_integration: {},
    aws_apigatewayv2_integration_response: {},
    aws_apigatewayv2_route: {},
    aws_apigatewayv2_route_response: {},
  };
  const put = (type: string, name: string, attributes: Record<string, unknown>): void => {
    resource[`aws_apigatewayv2_${type}`] = {
      ...resource[`aws_apigatewayv2_${type}`],
      [name]: { api_id: ref("api", "ws"), ...attributes },
    };
  };
  for (const [name, { routeKey, uri, answers, integration, responses = [], route }] of Object.entries(routes)) {
    put("integration", name, {
      integration_type: uri ? "AWS" : "MOCK",
      ...(uri && {
        integration_uri: uri,
        integration_method: "POST",
        credentials_arn: "arn:aws:iam::000000000000:role/gateway",
      }),
      passthrough_behavior: "NEVER",
      template_selection_expression: "\\$default",
      ...integration,
    });
    responses.forEach((response, index) => {
      put("integration_response", `${name}_${index}`, { integration_id: ref("integration", name), ...response });
    });
    put("route", name, {
      route_key: routeKey,
      target: `integrations/${ref("integration", name)}`,
      ...(answers && { route_response_selection_expression: "$default" }),
      ...route,
    });
    if (answers) put("route_response", name, { route_id: ref("route", name), route_response_key: "$default" });
  }
  return { resource };
}

/** Ids are addresses, as the resolver of the sample has it. */
export function resolveSample(value: unknown): unknown {
  if (typeof value === "string") {
    if (/^\$\{aws_apigatewayv2_api\.\w+\.execution_arn\}$/.test(value))
      return "arn:aws:execute-api:eu-west-1:000000000000:sample";
    return value.replace(/\$\{(aws_\w+\.\w+(?:\[0\])?)\.id\}/g, "$1");
  }
  if (Array.isArray(value)) return value.map(resolveSample);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveSample(item)]));
  }
  return value;
}

export const sampleApi = (routes?: Record<string, SampleRoute>, stage?: Record<string, unknown>): ApiDefinition =>
  readApi(sampleJson(routes, stage), resolveSample);
