import { AUTHORIZER_CONTEXT } from "../contract/authorizer-context";

/**
 * One JSON line for each request of the stage, and for each call of its @connections (`eventType` CONNECTION_API). No
 * query string and no header: the token travels in them. Only names that WebSocket APIs fill: `$context.integration.*`
 * is always "-" there, whatever the service answered.
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
  // A name of AWS for what an authorizer failed with; an authorizer that a pipeline released earlier puts its reason here.
  authorizerError: "$context.authorizer.error",
  integrationLatency: "$context.integrationLatency",
  error: "$context.error.message",
  errorType: "$context.error.responseType",
});
