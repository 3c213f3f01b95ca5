import { AUTHORIZER_CONTEXT } from "../../src/contract/authorizer-context";
import type { Decision } from "./decide";

type ContextName = (typeof AUTHORIZER_CONTEXT)[keyof typeof AUTHORIZER_CONTEXT];

/** The principal of every refused request. */
export const REFUSED_PRINCIPAL = "rogue";

/**
 * What API Gateway takes for an answer, up to 8 KB: the user id, at most 2 KB (4 KB as JSON), appears in it once.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export interface AuthorizerResult {
  /** Later routes read it as `$context.authorizer.principalId`. */
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: "2012-10-17";
    readonly Statement: readonly [
      { readonly Action: "execute-api:Invoke"; readonly Effect: "Allow" | "Deny"; readonly Resource: string },
    ];
  };
  /**
   * What mapping templates and the access log read as `$context.authorizer.<name>`: of a refusal why, of an admission what
   * is not as usual. Absent when there is nothing to say.
   */
  readonly context?: Readonly<Partial<Record<ContextName, string>>>;
}

/**
 * A decision in API Gateway's terms. The policy names the one route that was asked for, `$connect` of this API and stage:
 * an authorizer exists on no other, and a connection that stands needs no policy.
 */
export function authorizerResult(decision: Decision, methodArn: string): AuthorizerResult {
  const policyDocument = (effect: "Allow" | "Deny"): AuthorizerResult["policyDocument"] => ({
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: effect, Resource: methodArn }],
  });
  return decision.allowed
    ? { principalId: decision.userId, policyDocument: policyDocument("Allow"), ...contextOf(decision) }
    : {
        principalId: REFUSED_PRINCIPAL,
        policyDocument: policyDocument("Deny"),
        context: { [AUTHORIZER_CONTEXT.refusal]: decision.reason },
      };
}

function contextOf({ protocol, end }: Extract<Decision, { allowed: true }>): Pick<AuthorizerResult, "context"> {
  const values = {
    [AUTHORIZER_CONTEXT.protocol]: protocol,
    [AUTHORIZER_CONTEXT.expiresAt]: end?.expiresAt,
    [AUTHORIZER_CONTEXT.deleteAt]: end?.deleteAt,
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length === 0 ? {} : { context: Object.fromEntries(given.map(([name, value]) => [name, String(value)])) };
}
