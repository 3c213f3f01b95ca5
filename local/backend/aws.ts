import { randomBytes } from "node:crypto";
import { devNull } from "node:os";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { AwsAccess, LocalCredentials } from "./aws-access";
import { createQueryApi, type QueryApi } from "./query-api";

export type { AwsAccess, LocalCredentials } from "./aws-access";

/** Clients of the emulator. They never send real credentials. */
export interface AwsClients {
  readonly access: AwsAccess;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  /** IAM and STS. */
  readonly query: QueryApi;
  /** Closes their connections. */
  destroy(): void;
}

export const LOCAL_ACCOUNT_ID = "000000000000";

/** For an emulator that runs already: it accepts any secret, and gives its functions this secret. */
export const FOREIGN_CREDENTIALS: LocalCredentials = { accessKeyId: LOCAL_ACCOUNT_ID, secretAccessKey: "test" };

/**
 * Credentials of one run. The emulator gives its functions their account's number as access key, so all of them share
 * the key.
 */
export function newCredentials(): LocalCredentials {
  return { accessKeyId: LOCAL_ACCOUNT_ID, secretAccessKey: randomBytes(30).toString("hex") };
}

/** A call that waits longer shows a fault of the local AWS. */
const SOCKET_WAIT_MS = 60_000;

export function createAwsClients(access: AwsAccess): AwsClients {
  forgetAwsSettings();
  // On a busy machine, calls wait for one of the SDK's 50 connections. It would warn after three seconds.
  const config = { ...access, requestHandler: { socketAcquisitionWarningTimeout: SOCKET_WAIT_MS } };
  const clients = {
    dynamodb: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    sns: new SNSClient(config),
    sqs: new SQSClient(config),
  };
  return {
    access,
    ...clients,
    query: createQueryApi(access),
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/**
 * Removes the developer's AWS settings from this process, because they are for the real AWS. For example,
 * AWS_USE_FIPS_ENDPOINT cannot be combined with our own endpoint. The SDK reads the settings late, so they must leave
 * the environment.
 */
function forgetAwsSettings(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  process.env.AWS_CONFIG_FILE = process.env.AWS_SHARED_CREDENTIALS_FILE = devNull;
  // The SDK warns of future Node.js versions. The warning is for people who deploy the SDK, and it would dominate the
  // output of a start.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
}
