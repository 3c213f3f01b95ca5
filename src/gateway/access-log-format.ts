import { AUTHORIZER_CONTEXT } from "../contract/authorizer-context";

/**
 * One JSON line for each request of the stage, and for each call of its @connections (`eventType` CONNECTION_API). It
 * has no query string and no header, because they contain the token. It has only names that WebSocket APIs fill:
 * `$context.integration.*` is always "-" there, whatever the service answered.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
export const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  eventType: "$context.eventType",
  routeKey: "$context.routeKey",
  status: "$context.status",
  connectionId: "$context.connectionId",
  userId: "$context.authorizer.principalId",
  sourceIp: "$context.identity.sourceIp",
  refused: `$context.authorizer.${AUTHORIZER_CONTEXT.refusal}`,
  // AWS's name for an authorizer's error. An older authorizer, released by a pipeline, puts its reason here.
  authorizerError: "$context.authorizer.error",
  integrationLatency: "$context.integrationLatency",
  error: "$context.error.message",
  errorType: "$context.error.responseType",
});
