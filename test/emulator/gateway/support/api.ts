import type {
  ApiDefinition,
  IntegrationDefinition,
  RouteDefinition,
  ServiceTarget,
} from "../../../../emulator/gateway/start-gateway";

export const FUNCTION_ARN = "arn:aws:lambda:eu-central-1:000000000000:function:authorizer:live";

export const FORM = {
  in: "header",
  name: "Content-Type",
  source: "'application/x-www-form-urlencoded'",
} as const;

/** An integration with one request template, `$default`. */
export function integration(
  target: "MOCK" | ServiceTarget,
  template: string,
  more: Partial<IntegrationDefinition> = {},
): IntegrationDefinition {
  return {
    target,
    requestParameters: [],
    requestTemplates: new Map([["$default", template]]),
    templateSelectionExpression: "\\$default",
    passthroughBehavior: "NEVER",
    timeoutMilliseconds: 5_000,
    responses: [],
    ...more,
  };
}

/** The role that the routes are called with. */
export const ROLE_ARN = "arn:aws:iam::000000000000:role/routes";

export const dynamodb = (action: string): ServiceTarget => ({
  region: "eu-central-1",
  service: "dynamodb",
  action,
  roleArn: ROLE_ARN,
});

export const mock = (status: number, more: Partial<IntegrationDefinition> = {}): IntegrationDefinition =>
  integration("MOCK", `{"statusCode": ${status}}`, more);

/** A response by key with one template. */
export const response = (key: string, template: string): IntegrationDefinition["responses"][number] => ({
  key,
  templates: new Map([["$default", template]]),
  templateSelectionExpression: "\\$default",
});

/** `$connect` and `$disconnect` write to DynamoDB, `ping` is answered without a backend. */
export function api(
  routes: Readonly<Record<string, Omit<RouteDefinition, "routeKey">>> = {},
  stage: Partial<ApiDefinition["stages"][number]> = {},
): ApiDefinition {
  const all: Readonly<Record<string, Omit<RouteDefinition, "routeKey">>> = {
    $connect: {
      integration: integration(dynamodb("PutItem"), '{"id":"$context.connectionId"}'),
      answers: false,
    },
    $disconnect: {
      integration: integration(dynamodb("DeleteItem"), '{"id":"$context.connectionId"}'),
      answers: false,
    },
    ping: {
      integration: mock(200, { responses: [response("$default", '{"type":"pong"}')] }),
      answers: true,
    },
    ...routes,
  };
  return {
    id: "a1b2c3",
    executionArn: "arn:aws:execute-api:eu-central-1:000000000000:a1b2c3",
    routeSelectionExpression: "$request.body.action",
    routes: new Map(Object.entries(all).map(([routeKey, route]) => [routeKey, { routeKey, ...route }])),
    stages: [{ name: "prod", variables: {}, ...stage }],
  };
}

/** An authorizer on `$connect`, which wants the query parameter `token`. */
export const authorized: Omit<RouteDefinition, "routeKey"> = {
  integration: integration(
    dynamodb("PutItem"),
    '{"id":"$context.connectionId","user":"$context.authorizer.principalId"}',
  ),
  answers: false,
  authorizer: { id: "request", functionArn: FUNCTION_ARN, identitySources: ["route.request.querystring.token"] },
};
