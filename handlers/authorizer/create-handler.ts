import type { Context } from "aws-lambda";
import { AUTHORIZED_METRICS, REFUSED_METRICS } from "../../src/contract/authorizer-handler";
import { type Clock, systemClock } from "../shared/clock";
import type { Environment } from "../shared/environment";
import { createLog, logSettingsFrom } from "../shared/log";
import { type AuthorizerResult, authorizerResult } from "./authorizer-result";
import { readConfiguration } from "./configuration";
import type { ConnectEvent } from "./connect-event";
import { type Decision, decide } from "./decide";
import { fetchKeyDocument, type KeyDocument } from "./fetch-key-document";
import { IssuerKeys } from "./issuer-keys";
import { IssuerKeysUnavailableError } from "./key-fetch-error";
import { type Revocations, RevocationsUnavailableError } from "./revocations";
import { RevocationsTable } from "./revocations-table";

/** The authorizer's dependencies. Each default is the real service. */
export interface AuthorizerPorts {
  /** @default - the time of day */
  readonly clock?: Pick<Clock, "now">;
  /** @default - over https */
  readonly fetchDocument?: (url: URL) => Promise<KeyDocument>;
  /** Called if there is a table of revocations. @default - over DynamoDB */
  readonly openRevocations?: (tableName: string, environment: Environment, now: () => number) => Revocations;
  /** Gets one JSON line. @default - standard output */
  readonly writeLog?: (line: string) => void;
}

export type AuthorizerHandler = (
  event: ConnectEvent,
  context?: Pick<Context, "awsRequestId">,
) => Promise<AuthorizerResult>;

/**
 * The function that API Gateway calls before a WebSocket opens. One instance keeps the issuer's keys for all its calls.
 * It logs one line for each decision: ids and a reason code, and no part of the token.
 *
 * @throws Error naming the environment variable that is missing or wrong.
 */
export function createHandler(
  environment: Environment,
  {
    clock = systemClock,
    fetchDocument = fetchKeyDocument,
    openRevocations = (...args) => new RevocationsTable(...args),
    writeLog,
  }: AuthorizerPorts = {},
): AuthorizerHandler {
  const configuration = readConfiguration(environment);
  const logSettings = logSettingsFrom(environment);
  const { now } = clock;
  const logOf = (requestId: string | undefined) => createLog(logSettings, requestId, { write: writeLog, now });
  const keys = new IssuerKeys({
    fetchDocument: () => fetchDocument(configuration.keysUrl),
    now,
    onFetchFailure: ({ failure, detail }) => logOf(undefined).warn("issuer_keys_fetch_failed", { failure, detail }),
  });
  const { revocationsTable } = configuration;
  const revocations = revocationsTable === undefined ? undefined : openRevocations(revocationsTable, environment, now);
  return async (event, context) => {
    const { requestId: apiRequestId, connectionId } = event.requestContext ?? {};
    const ids = { apiRequestId, connectionId };
    const log = logOf(context?.awsRequestId);
    let decision: Decision;
    try {
      decision = await decide(event, configuration, { keys, revocations, now });
    } catch (error) {
      log.error("authorization_failed", { ...ids, ...failureFields(error) });
      throw error;
    }
    if (decision.allowed) {
      const { ignoredPatterns } = decision;
      const fields = { ...ids, decision: "allow", ignoredPatterns };
      log.summary("authorization_decided", AUTHORIZED_METRICS, { Authorized: 1 }, fields);
    } else {
      const fields = { ...ids, decision: "deny", reason: decision.reason };
      log.summary("authorization_decided", REFUSED_METRICS, { Refused: 1 }, fields);
    }
    return authorizerResult(decision, event.methodArn ?? "*");
  };
}

function failureFields(error: unknown): { readonly reason: string; readonly detail?: string } {
  if (error instanceof RevocationsUnavailableError) return { reason: error.message, detail: error.detail };
  return { reason: error instanceof IssuerKeysUnavailableError ? error.message : "internal_error" };
}
