import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { InvokeFunction } from "../../emulator/gateway/start-gateway";

/** Calls functions as API Gateway calls an authorizer: it waits for the result, and an error of the function is an error. */
export function invokeWith(lambda: LambdaClient): InvokeFunction {
  return async (functionArn, event) => {
    const request = new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) });
    const { FunctionError, Payload } = await lambda.send(request);
    const payload = Buffer.from(Payload ?? []).toString("utf8");
    if (FunctionError === undefined) return JSON.parse(payload) as unknown;
    const { errorType = FunctionError } = JSON.parse(payload) as { errorType?: string };
    throw new Error(`the function failed (${errorType}): its log says why`);
  };
}
