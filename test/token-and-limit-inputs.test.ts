import type { SumuProps } from "../src/inputs/sumu-props";
import { Sumu } from "../src/sumu";
import { only, type SynthesizedStack, synthesize } from "./support/synthesize";

function sumu(props: Partial<SumuProps> = {}): SynthesizedStack {
  return synthesize((stack) => {
    const issuerJwksUri = "https://issuer.example.com/jwks.json";
    new Sumu(stack, "sumu", { prefix: "shop", stageName: "live", issuerJwksUri, ...props });
  });
}

function environmentOf({ resource }: SynthesizedStack, name: string): Readonly<Record<string, string>> {
  const { environment } = only(resource.aws_lambda_function, ({ function_name }) => function_name === name);
  return (environment as { variables: Record<string, string> }).variables;
}

const actionsOf = ({ data }: SynthesizedStack) =>
  Object.values(data.aws_iam_policy_document ?? {}).flatMap(({ statement }) =>
    (statement as { sid?: string; actions: string[] }[]).map(({ sid, actions }) => `${sid}: ${actions}`),
  );

describe("tokenSource and userIdClaim", () => {
  const AUTHORIZER = "shop-sumu-authorizer-codeless";
  const identitySources = (stack: SynthesizedStack) =>
    only(stack.resource.aws_apigatewayv2_authorizer).identity_sources;

  it("ask API Gateway for the query parameter, and leave the function's environment as it was, by default", () => {
    for (const stack of [sumu(), sumu({ tokenSource: "query", userIdClaim: "sub" })]) {
      expect(identitySources(stack)).toEqual(["route.request.querystring.authorization"]);
      expect(Object.keys(environmentOf(stack, AUTHORIZER)).sort()).toEqual([
        "AUTHORIZED_APIS",
        "JWT_AUTHORIZED_AUDIENCES",
        "JWT_AUTHORIZED_ISSUER",
        "JWT_CLOCK_TOLERANCE_SECONDS",
        "JWT_ISSUER_JWKS_URI",
        "JWT_VERIFY_EXPIRATION",
        "LOG_LEVEL",
        "SUMU_STACK",
      ]);
    }
  });

  it.each([
    ["header", ["route.request.header.Authorization"]],
    ["either", undefined],
  ])("with %s, ask API Gateway for %j, and tell the function", (tokenSource, sources) => {
    const stack = sumu({ tokenSource });
    expect(identitySources(stack)).toEqual(sources);
    expect(environmentOf(stack, AUTHORIZER).JWT_TOKEN_SOURCE).toBe(tokenSource);
  });

  it("tell the function the claim that names the user", () => {
    expect(environmentOf(sumu({ userIdClaim: "email" }), AUTHORIZER).JWT_USER_ID_CLAIM).toBe("email");
  });
});

describe("maxConnectionsPerUser", () => {
  const WATCHDOG = "shop-sumu-presence";
  const limited = ["CloseConnections: execute-api:ManageConnections", "RemoveGoneConnections: dynamodb:DeleteItem"];

  it("changes nothing when it is not given: no right, no variable, and no watchdog where presence goes nowhere", () => {
    const stack = sumu();
    expect(actionsOf(stack).filter((one) => limited.includes(one))).toEqual([]);
    expect(Object.keys(environmentOf(stack, WATCHDOG))).not.toContain("MAX_CONNECTIONS_PER_USER");
    const none = sumu({ presenceSource: "none" });
    expect(
      Object.values(none.resource.aws_lambda_function ?? {}).map(({ function_name }) => function_name),
    ).not.toContain(WATCHDOG);
  });

  it.each(["topic", "queue", "none"])(
    "gives the watchdog the limit and its rights when presence goes to %s",
    (source) => {
      const stack = sumu({
        presenceSource: source,
        maxConnectionsPerUser: 20,
        apigwEndpoint: "https://live.example.com/a",
      });
      expect(environmentOf(stack, WATCHDOG)).toMatchObject({
        MAX_CONNECTIONS_PER_USER: "20",
        APIGW_ENDPOINT: "https://live.example.com/a",
        PRESENCE_SOURCE: source,
      });
      expect(actionsOf(stack).filter((one) => limited.includes(one))).toEqual(limited);
    },
  );
});
