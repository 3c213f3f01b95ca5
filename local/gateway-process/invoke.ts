import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { type ApiDefinition, FunctionError, type InvokeFunction } from "../../emulator/gateway/start-gateway";

/** The part of an API that invokes a function, as the function's policy names it. */
export function invokerOf({ executionArn, routes }: ApiDefinition, functionArn: string): string {
  const authorizer = [...routes.values()].find((route) => route.authorizer?.functionArn === functionArn)?.authorizer;
  return authorizer === undefined ? `${executionArn}/*` : `${executionArn}/authorizers/${authorizer.id}`;
}

/**
 * Calls functions as API Gateway calls an authorizer: it waits for the result, and an error of the function is an
 * error.
 *
 * @param sourceArnOf - gives the part of the API for which a function is invoked; the function's policy must allow it.
 * @default policies are not checked
 */
export function invokeWith(lambda: LambdaClient, sourceArnOf?: (functionArn: string) => string): InvokeFunction {
  if (sourceArnOf !== undefined) actForApiGateway(lambda, sourceArnOf);
  return async (functionArn, event) => {
    const request = new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) });
    const { FunctionError: failure, Payload } = await lambda.send(request);
    const payload = Buffer.from(Payload ?? []).toString("utf8");
    if (failure === undefined) return JSON.parse(payload) as unknown;
    const { errorType = failure, errorMessage = "" } = JSON.parse(payload) as Record<string, string | undefined>;
    throw new FunctionError(errorType, errorMessage);
  };
}

/** The local AWS checks the function's policy for the service and the source that these headers name. */
function actForApiGateway(lambda: LambdaClient, sourceArnOf: (functionArn: string) => string): void {
  lambda.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers["x-sumu-service"] = "apigateway.amazonaws.com";
      headers["x-sumu-source-arn"] = sourceArnOf((args.input as { FunctionName?: string }).FunctionName ?? "");
      return next(args);
    },
    { step: "build", name: "actForApiGateway" },
  );
}
