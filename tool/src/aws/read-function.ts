import { type FunctionConfiguration, GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { RELEASE_ALIAS } from "../../../src/contract/handlers";
import { MissingRightError, ToolError } from "../tool-error";
import { ifExists } from "./if-exists";

export interface FunctionState {
  readonly name: string;
  /** The release that callers invoke. Undefined: the alias is missing. */
  readonly version?: string;
  /**
   * The environment variables of that release.
   *
   * @throws MissingRightError if a key of the caller's encrypts them, and the user may not use the key
   */
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
    get environment() {
      return variablesOf(configuration);
    },
    logGroup: configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`,
    state: configuration.State ?? "Active",
    lastUpdate: configuration.LastUpdateStatus ?? "Successful",
  };
}

/**
 * Lambda decrypts the variables as the user. If it may not, it answers without them, and with an error inside.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentResponse.html
 */
function variablesOf({ FunctionName, Environment, KMSKeyArn }: FunctionConfiguration): Record<string, string> {
  const { ErrorCode: code } = Environment?.Error ?? {};
  if (code === undefined) return Environment?.Variables ?? {};
  if (/AccessDenied/.test(code)) throw new MissingRightError("kms:Decrypt", KMSKeyArn);
  throw new ToolError(
    `Lambda cannot decrypt the environment variables of ${FunctionName} (${code}): look at their key`,
  );
}
