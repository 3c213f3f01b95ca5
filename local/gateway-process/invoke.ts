import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { FunctionError, type InvokeFunction } from "../../emulator/gateway/start-gateway";

/** Calls functions as API Gateway calls an authorizer: it waits for the result, and an error of the function is an error. */
export function invokeWith(lambda: LambdaClient): InvokeFunction {
  return async (functionArn, event) => {
    const request = new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) });
    const { FunctionError: failure, Payload } = await lambda.send(request);
    const payload = Buffer.from(Payload ?? []).toString("utf8");
    if (failure === undefined) return JSON.parse(payload) as unknown;
    const { errorType = failure, errorMessage = "" } = JSON.parse(payload) as Record<string, string | undefined>;
    throw new FunctionError(errorType, errorMessage);
  };
}
