/** A harmless event, and the expected answer of a working handler. */
export interface SmokeTest {
  readonly event: unknown;
  /** `refusal`: a policy with Deny only. `any`: any answer that is not an error. */
  readonly answer: "refusal" | "any";
}

/** A client without a token must get a refusing policy. An authorizer that admits this client would admit everybody. */
const AUTHORIZER_SMOKE_TEST: SmokeTest = {
  event: {
    type: "REQUEST",
    methodArn: "arn:aws:execute-api:us-east-1:000000000000:smoke/smoke/$connect",
    headers: {},
    multiValueHeaders: {},
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    stageVariables: {},
    requestContext: { routeKey: "$connect", eventType: "CONNECT", requestId: "smoke", connectionId: "smoke" },
  },
  answer: "refusal",
};

/** An empty batch: the handler reads nothing and sends nothing. */
const PUSHER_SMOKE_TEST: SmokeTest = { event: { Records: [] }, answer: "any" };

export const SMOKE_TESTS = { authorizer: AUTHORIZER_SMOKE_TEST, pusher: PUSHER_SMOKE_TEST } as const;

/** The handlers that a delivery pipeline may release. */
export type ReleasedHandler = keyof typeof SMOKE_TESTS;
