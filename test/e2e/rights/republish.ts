import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";

/** Moves a function's alias to a new version, with further environment variables: new processes run it. */
export async function republish(
  lambda: LambdaClient,
  FunctionName: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables, ...environment, REPUBLISHED: String(Date.now()) };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  const { Version: FunctionVersion } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new UpdateAliasCommand({ FunctionName, Name: "latest", FunctionVersion }));
}
