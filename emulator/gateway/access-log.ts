import { memberOf } from "./selection-expression";

const PLACEHOLDER = /\$context((?:\.\w+)+)/g;

/**
 * The access log variables of WebSocket APIs.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
const DOCUMENTED =
  /^(?:apiId|connectedAt|connectionId|domainName|eventType|extendedRequestId|integrationErrorMessage|integrationLatency|messageId|requestId|requestTime|requestTimeEpoch|routeKey|stage|status|(?:authorize|authenticate)\.(?:error|latency|status)|authorizer\.\w+|error\.(?:message|messageString|responseType|validationErrorString)|identity\.(?:accountId|apiKey|apiKeyId|caller|cognitoAuthenticationProvider|cognitoAuthenticationType|cognitoIdentityId|cognitoIdentityPoolId|principalOrgId|sourceIp|user|userAgent|userArn|vpcId|vpceId)|integration\.(?:error|integrationStatus|latency|requestId|status)|waf\.(?:error|latency|status)|wafResponseCode|webaclArn)$/;

/** Writes one line in the stage's format: `$context.x` becomes its value, `-` where it has none. */
export type WriteAccessLog = (context: Readonly<Record<string, unknown>>) => string;

/** @throws Error for a variable that AWS does not document for the access log of WebSocket APIs. */
export function compileAccessLog(format: string): WriteAccessLog {
  for (const [variable, path = ""] of format.matchAll(PLACEHOLDER)) {
    if (!DOCUMENTED.test(path.slice(1))) throw new Error(`access log format: ${variable} is not documented`);
  }
  return (context) =>
    format.replace(PLACEHOLDER, (_, path: string) => {
      const value = memberOf(context, path.slice(1).split("."));
      if (value === undefined || value === null || value === "") return "-";
      // A client's User-Agent must not be able to end a JSON string, or the line.
      return JSON.stringify(String(value)).slice(1, -1);
    });
}
