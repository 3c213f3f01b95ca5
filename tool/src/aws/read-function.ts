import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { RELEASE_ALIAS } from "../../../src/contract/handlers";
import { ifExists } from "./if-exists";

export interface FunctionState {
  readonly name: string;
  /** The release that callers invoke. Undefined: the alias is missing. */
  readonly version?: string;
  /** The environment variables of that release. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly state: string;
  readonly lastUpdate: string;
}

/** Undefined if there is no such function. */
export async function readFunction(lambda: LambdaClient, FunctionName: string): Promise<FunctionState | undefined> {
  const read = (Qualifier?: string) =>
    ifExists(lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier })));
  const released = await read(RELEASE_ALIAS);
  const configuration = released ?? (await read());
  if (configuration === undefined) return undefined;
  return {
    name: FunctionName,
    version: released?.Version,
    environment: configuration.Environment?.Variables ?? {},
    logGroup: configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`,
    state: configuration.State ?? "Active",
    lastUpdate: configuration.LastUpdateStatus ?? "Successful",
  };
}
