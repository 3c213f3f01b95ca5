/** A harmless event, and what a handler that works answers. */
export interface SmokeTest {
  readonly event: unknown;
  /** A key that the answer must have. @default any answer that is not an error */
  readonly answerKey?: string;
}

/** A client without a token: refused, by a policy. An authorizer that answers anything else takes the API down. */
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
  answerKey: "policyDocument",
};

/** An empty batch: nothing is read and nothing is sent. */
const PUSHER_SMOKE_TEST: SmokeTest = { event: { Records: [] } };

export const SMOKE_TESTS = { authorizer: AUTHORIZER_SMOKE_TEST, pusher: PUSHER_SMOKE_TEST } as const;

/** The handlers that a delivery pipeline may release. */
export type ReleasedHandler = keyof typeof SMOKE_TESTS;
