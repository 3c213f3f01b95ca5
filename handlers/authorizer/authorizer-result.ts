import { AUTHORIZER_CONTEXT } from "../../src/contract/authorizer-context";
import type { Decision } from "./decide";

type ContextName = (typeof AUTHORIZER_CONTEXT)[keyof typeof AUTHORIZER_CONTEXT];

/** The principal of every refused request. */
export const REFUSED_PRINCIPAL = "rogue";

/**
 * The authorizer's answer to API Gateway, at most 8 KB. The user id, at most 2 KB (4 KB as JSON), occurs in it once.
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
   * The values that mapping templates and the access log read as `$context.authorizer.<name>`: for a refusal the
   * reason, for an admission the exceptions from the defaults. Absent when there are no values.
   */
  readonly context?: Readonly<Partial<Record<ContextName, string>>>;
}

/**
 * A decision in API Gateway's format. The policy names only the requested route, `$connect` of this API and stage: no
 * other route has an authorizer, and an open connection needs no policy.
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

function contextOf({ protocol, end, grants }: Extract<Decision, { allowed: true }>): Pick<AuthorizerResult, "context"> {
  const values = {
    [AUTHORIZER_CONTEXT.protocol]: protocol,
    [AUTHORIZER_CONTEXT.expiresAt]: end?.expiresAt,
    [AUTHORIZER_CONTEXT.deleteAt]: end?.deleteAt,
    [AUTHORIZER_CONTEXT.grants]: grants,
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length === 0 ? {} : { context: Object.fromEntries(given.map(([name, value]) => [name, String(value)])) };
}
