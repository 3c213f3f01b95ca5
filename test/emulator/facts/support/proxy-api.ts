import type { ApiDefinition, Gateway, RouteDefinition } from "../../../../emulator/gateway/start-gateway";
import { api, integration } from "../../gateway/support/api";
import type { Journal } from "../../gateway/support/journal";

export const AUTHORIZER_ARN = "arn:aws:lambda:eu-central-1:000000000000:function:authorizer:live";

const functionArn = (name: string): string => `arn:aws:lambda:eu-central-1:000000000000:function:${name}`;

/** A route to a function of the same name, with a route response: the API of the captures. */
export const proxy = (name: string, answers = true): Omit<RouteDefinition, "routeKey"> => ({
  integration: integration("MOCK", "", { target: { functionArn: functionArn(name) } }),
  answers,
});

export interface Invocation {
  readonly name: string;
  readonly event: Event;
}

/** As much of an event as the facts speak of. */
export interface Event {
  readonly requestContext: Readonly<Record<string, unknown>> & { readonly connectionId: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly [name: string]: unknown;
}

/** An API whose routes all invoke functions: `$connect`, `$disconnect` and `echo`, beside those of the test. */
export const proxyApi = (
  routes: Parameters<typeof api>[0] = {},
  stage: Partial<ApiDefinition["stages"][number]> = {},
): ApiDefinition =>
  api({ $connect: proxy("connect"), $disconnect: proxy("disconnect"), echo: proxy("echo"), ...routes }, stage);

/** `$connect` with an authorizer that wants the query parameter `token`. */
export const authorizedProxy = (identitySources = ["route.request.querystring.token"]): ReturnType<typeof proxy> => ({
  ...proxy("connect"),
  authorizer: { id: "request", functionArn: AUTHORIZER_ARN, identitySources },
});

/** Invokes functions by name, and notes each event. */
export const invokeNamed =
  (
    invocations: Journal<Invocation>,
    functions: Readonly<Record<string, (event: Event) => unknown>> = {},
  ): ((arn: string, event: unknown) => Promise<unknown>) =>
  async (arn, event) => {
    const name = arn.split(":")[6] ?? "";
    invocations.add({ name, event: event as Event });
    return functions[name]?.(event as Event) ?? { statusCode: 200, body: `answer of ${name}` };
  };

/** The address of a gateway's own stage, or another's. */
export const addressOf = ({ port }: Gateway, path: string): string => `ws://127.0.0.1:${port}/${path}`;

export const allow = (more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  principalId: "ada",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" }],
  },
  ...more,
});
