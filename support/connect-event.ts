/** The stage of the tests' authorizer. */
export const API_STAGE = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/live";

/**
 * API Gateway's REQUEST authorizer event for `$connect` after a browser's `new WebSocket(…?authorization=<token>)`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function connectEvent(token?: string, overrides: Readonly<Record<string, unknown>> = {}) {
  const query = token === undefined ? {} : { authorization: token };
  return {
    type: "REQUEST",
    methodArn: `${API_STAGE}/$connect`,
    headers: {
      Connection: "upgrade",
      Host: "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
      Origin: "https://app.example",
      "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
      "User-Agent": "Mozilla/5.0",
      Upgrade: "websocket",
      "X-Amzn-Trace-Id": "Root=1-6924a3c1-0f1e2d3c4b5a69788796a5b4",
      "X-Forwarded-For": "203.0.113.7",
      "X-Forwarded-Port": "443",
      "X-Forwarded-Proto": "https",
    },
    multiValueHeaders: { Host: ["a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"] },
    queryStringParameters: query,
    multiValueQueryStringParameters: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
    stageVariables: {},
    requestContext: {
      routeKey: "$connect",
      eventType: "CONNECT",
      extendedRequestId: "UoqKNGJ6DoEFZ3Q=",
      requestTime: "24/Nov/2026:08:00:00 +0000",
      messageDirection: "IN",
      stage: "live",
      connectedAt: 1_795_507_200_000,
      requestTimeEpoch: 1_795_507_200_000,
      identity: { userAgent: "Mozilla/5.0", sourceIp: "203.0.113.7" },
      requestId: "UoqKNGJ6DoEFZ3Q=",
      domainName: "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
      connectionId: "UoqKNeLPjoECIpQ=",
      apiId: "a1b2c3d4e5",
    },
    ...overrides,
  };
}
