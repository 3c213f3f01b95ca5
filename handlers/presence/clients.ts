import { ConnectionsApi } from "../aws/connections-api";
import { DynamoDb } from "../aws/dynamodb";
import { Sns } from "../aws/sns";
import { Sqs } from "../aws/sqs";
import { type Clock, sleep } from "../shared/clock";
import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";
import type { PresenceConfiguration } from "./configuration";

/** Half as long as a post may take, because a user's connections are closed one after another. */
const CLOSE_TIMEOUT_MS = 5_000;

/** The services that the watchdog calls. A container keeps them and their connections between invocations. */
export interface Clients {
  readonly dynamoDb: DynamoDb;
  readonly sns: Sns;
  readonly sqs: Sqs;
  /** Present if a user's connections are limited. */
  readonly connections?: ConnectionsApi;
}

/** @throws Error naming the variable if region or credentials are missing: at the start, not at every request. */
export function openClients(
  environment: Environment,
  { limit }: PresenceConfiguration,
  { clock, maxConnections }: { readonly clock: Clock; readonly maxConnections: number },
): Clients {
  regionFrom(environment);
  credentialsFrom(environment);
  const options = { environment, maxConnections, now: clock.now, sleep: (ms: number) => sleep(clock, ms) };
  return {
    dynamoDb: new DynamoDb(options),
    sns: new Sns(options),
    sqs: new Sqs(options),
    connections: limit && new ConnectionsApi(limit.endpoint, { ...options, timeoutMs: CLOSE_TIMEOUT_MS }),
  };
}
