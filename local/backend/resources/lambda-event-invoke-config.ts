import { DeleteFunctionEventInvokeConfigCommand, PutFunctionEventInvokeConfigCommand } from "@aws-sdk/client-lambda";
import type { CreateResource } from "./creation";

/**
 * `aws_lambda_function_event_invoke_config`: retries of asynchronous invocations, and the destination of the last
 * failure. A MiniStack that runs already ignores the settings of an alias.
 */
export const createLambdaEventInvokeConfig: CreateResource = async (args, { lambda }) => {
  const FunctionName = args.text("function_name");
  const destination = args.block("destination_config")?.block("on_failure")?.optionalText("destination");
  const Qualifier = args.optionalText("qualifier");
  const request = {
    FunctionName,
    Qualifier,
    MaximumRetryAttempts: args.optionalNumber("maximum_retry_attempts"),
    MaximumEventAgeInSeconds: args.optionalNumber("maximum_event_age_in_seconds"),
    DestinationConfig: destination === undefined ? undefined : { OnFailure: { Destination: destination } },
  };
  args.finish();

  await lambda.send(new PutFunctionEventInvokeConfigCommand(request));
  return {
    attributes: { id: FunctionName },
    remove: () => lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName, Qualifier })),
  };
};
