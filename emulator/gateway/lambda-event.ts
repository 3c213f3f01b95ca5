import type { RequestParams } from "./request-params";
import type { RouteRequest } from "./route-request";

type LambdaEvent = Readonly<Record<string, unknown>>;

/**
 * The event of a WebSocket API's REQUEST authorizer. Its headers show the upgrade. The `$connect` route does not get
 * these headers.
 */
export function authorizerEvent(methodArn: string, { context, params, stageVariables }: RouteRequest): LambdaEvent {
  const upgrade = { Connection: "upgrade", "content-length": "0", Upgrade: "websocket" };
  return {
    type: "REQUEST",
    methodArn,
    headers: { ...params.header, ...upgrade },
    multiValueHeaders: { ...params.multiValueHeader, ...listed(upgrade) },
    queryStringParameters: params.querystring,
    multiValueQueryStringParameters: params.multiValueQuerystring,
    stageVariables,
    requestContext: context,
  };
}

/** The event of an AWS_PROXY integration. Empty members are left out. */
export function proxyEvent({ context, params, stageVariables, body }: RouteRequest): LambdaEvent {
  return {
    ...parameters(params),
    ...(Object.keys(stageVariables).length > 0 && { stageVariables }),
    requestContext: context,
    ...(context.eventType === "MESSAGE" && { body: body.text }),
    isBase64Encoded: false,
  };
}

function parameters({ header, multiValueHeader, querystring, multiValueQuerystring }: RequestParams): LambdaEvent {
  return {
    ...(Object.keys(header).length > 0 && { headers: header, multiValueHeaders: multiValueHeader }),
    ...(Object.keys(querystring).length > 0 && {
      queryStringParameters: querystring,
      multiValueQueryStringParameters: multiValueQuerystring,
    }),
  };
}

const listed = (values: Readonly<Record<string, string>>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
