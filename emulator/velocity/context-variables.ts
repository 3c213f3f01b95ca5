const IDENTITY = [
  "accountId",
  "apiKey",
  "apiKeyId",
  "caller",
  "cognitoAuthenticationProvider",
  "cognitoAuthenticationType",
  "cognitoIdentityId",
  "cognitoIdentityPoolId",
  "sourceIp",
  "user",
  "userAgent",
  "userArn",
];

/** True for a plain value or for any keys; a list when AWS documents the keys too. */
const CONTEXT_VARIABLES: Readonly<Record<string, true | readonly string[]>> = {
  apiId: true,
  authorizer: true,
  connectedAt: true,
  connectionId: true,
  domainName: true,
  error: ["messageString", "validationErrorString"],
  eventType: true,
  extendedRequestId: true,
  identity: IDENTITY,
  messageId: true,
  requestId: true,
  requestTime: true,
  requestTimeEpoch: true,
  routeKey: true,
  stage: true,
  status: true,
};

/**
 * Whether AWS documents `$context.<names>` for mapping templates of WebSocket APIs.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function isDocumented([first = "", second]: readonly string[]): boolean {
  const known = Object.hasOwn(CONTEXT_VARIABLES, first) ? CONTEXT_VARIABLES[first] : undefined;
  return known === true || (known !== undefined && (second === undefined || known.includes(second)));
}
