import type { ApiDefinition, AuthorizerDefinition } from "./api-definition";
import { readAuthorizerResult } from "./authorizer-result";
import { type Decision, describeDenial, evaluatePolicy } from "./evaluate-policy";
import { internalServerError, RouteFault } from "./fault";
import { FunctionError } from "./function-error";
import type { InvokeFunction } from "./gateway-options";
import { authorizerEvent } from "./lambda-event";
import type { RequestParams } from "./request-params";
import type { RouteRequest } from "./route-request";

/**
 * Runs a REQUEST authorizer for `$connect`.
 *
 * @param onAuthorizer gets `$context.authorizer`. It is called for a refusal too, because the context says why in the
 * access log.
 * @throws RouteFault 401 when an identity source is missing or the function throws "Unauthorized"; 403 when the policy
 * denies; 500 when the function cannot be called, fails, or returns anything other than a policy.
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
  const methodArn = `${api.executionArn}/${request.context.stage}/$connect`;
  const result = await invoke(functionArn, authorizerEvent(methodArn, request)).catch((error: Error) => {
    if (error instanceof FunctionError && error.errorMessage === "Unauthorized") {
      throw new RouteFault("Unauthorized", 401, 'the authorizer threw "Unauthorized"');
    }
    throw internalServerError(`authorizer: ${error.message}`);
  });
  const decision = decide(result, methodArn, onAuthorizer);
  if (decision !== "allow") {
    const message = `User is not authorized to access this resource ${describeDenial(decision, "execute-api:Invoke")}`;
    throw new RouteFault(message, 403, `the authorizer's policy is an ${decision}`);
  }
}

function decide(
  result: unknown,
  methodArn: string,
  onAuthorizer: (authorizer: Readonly<Record<string, string>>) => void,
): Decision {
  try {
    const { authorizer, policyDocument } = readAuthorizerResult(result);
    onAuthorizer(authorizer);
    return evaluatePolicy(policyDocument, methodArn);
  } catch (error) {
    // If API Gateway cannot read the result, it gives the client no reason.
    throw new RouteFault("", 500, `authorizer: ${(error as Error).message}`);
  }
}

function identityOf(source: string, params: RequestParams): string | undefined {
  const [, , place, name = ""] = source.split(".");
  if (place === "querystring") return params.querystring[name];
  const header = Object.keys(params.header).find((key) => key.toLowerCase() === name.toLowerCase());
  return header === undefined ? undefined : params.header[header];
}
