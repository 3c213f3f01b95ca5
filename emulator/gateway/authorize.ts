import type { ApiDefinition, AuthorizerDefinition } from "./api-definition";
import { readAuthorizerResult } from "./authorizer-result";
import { type Decision, evaluatePolicy } from "./evaluate-policy";
import { internalServerError, RouteFault } from "./fault";
import type { InvokeFunction } from "./gateway-options";
import type { RequestParams, RouteRequest } from "./route-request";

/**
 * Runs a REQUEST authorizer for `$connect`.
 *
 * @param onAuthorizer takes `$context.authorizer`, of a refusal too: its context says why in the access log.
 * @throws RouteFault 401 without every identity source, 403 when denied, 500 when the function fails or returns
 * something else than a policy.
 */
export async function authorize(
  api: ApiDefinition,
  { functionArn, identitySources }: AuthorizerDefinition,
  request: RouteRequest,
  invoke: InvokeFunction,
  onAuthorizer: (authorizer: Readonly<Record<string, string>>) => void,
): Promise<void> {
  const missing = identitySources.find((source) => !identityOf(source, request.params));
  if (missing !== undefined) throw new RouteFault("Unauthorized", 401, `identity source ${missing} is missing`);
  const methodArn = `${api.executionArn}/${api.stage.name}/$connect`;
  let decision: Decision;
  try {
    const result = readAuthorizerResult(await invoke(functionArn, authorizerEvent(methodArn, request)));
    onAuthorizer(result.authorizer);
    decision = evaluatePolicy(result.policyDocument, methodArn);
  } catch (error) {
    throw internalServerError(`authorizer: ${(error as Error).message}`);
  }
  if (decision !== "allow") throw new RouteFault("Forbidden", 403, `the authorizer's policy is an ${decision}`);
}

function identityOf(source: string, params: RequestParams): string | undefined {
  const [, , place, name = ""] = source.split(".");
  if (place === "querystring") return params.querystring[name];
  const header = Object.keys(params.header).find((key) => key.toLowerCase() === name.toLowerCase());
  return header === undefined ? undefined : params.header[header];
}

/** The event of a WebSocket API's REQUEST authorizer. */
function authorizerEvent(methodArn: string, { context, params, stageVariables }: RouteRequest): unknown {
  const { header, querystring } = params;
  const { requestTimeEpoch, identity, ...rest } = context;
  return {
    type: "REQUEST",
    methodArn,
    headers: header,
    multiValueHeaders: params.multiValueHeader,
    queryStringParameters: querystring,
    multiValueQueryStringParameters: params.multiValueQuerystring,
    stageVariables,
    requestContext: {
      routeKey: rest.routeKey,
      eventType: rest.eventType,
      extendedRequestId: rest.extendedRequestId,
      requestTime: rest.requestTime,
      messageDirection: "IN",
      stage: rest.stage,
      connectedAt: rest.connectedAt,
      requestTimeEpoch,
      identity,
      requestId: rest.requestId,
      domainName: rest.domainName,
      connectionId: rest.connectionId,
      apiId: rest.apiId,
    },
  };
}
