/** A harmless event, and what a handler that works answers. */
export interface SmokeTest {
  readonly event: unknown;
  /** `refusal`: a policy of Deny alone. `any`: whatever is not an error. */
  readonly answer: "refusal" | "any";
}

/** A client without a token must be refused, by a policy: an authorizer that lets it in lets everybody in. */
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

/** An empty batch: nothing is read and nothing is sent. */
const PUSHER_SMOKE_TEST: SmokeTest = { event: { Records: [] }, answer: "any" };

export const SMOKE_TESTS = { authorizer: AUTHORIZER_SMOKE_TEST, pusher: PUSHER_SMOKE_TEST } as const;

/** The handlers that a delivery pipeline may release. */
export type ReleasedHandler = keyof typeof SMOKE_TESTS;
