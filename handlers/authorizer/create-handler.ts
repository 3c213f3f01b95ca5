import type { Context } from "aws-lambda";
import { AUTHORIZED_METRICS, REFUSED_METRICS } from "../../src/contract/metrics";
import { createLog, type LogSettings } from "../shared/log";
import { type AuthorizerResult, authorizerResult } from "./authorizer-result";
import type { AuthorizerConfiguration } from "./configuration";
import type { ConnectEvent } from "./connect-event";
import { type Decision, decide } from "./decide";
import { fetchKeyDocument, type KeyDocument } from "./fetch-key-document";
import { IssuerKeys } from "./issuer-keys";
import { IssuerKeysUnavailableError } from "./key-fetch-error";

/** What the authorizer needs of the world; each has the real thing as its default. */
export interface AuthorizerPorts {
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly fetchDocument?: (url: URL) => Promise<KeyDocument>;
  /** Takes one JSON line. @default standard output */
  readonly write?: (line: string) => void;
}

/**
 * The function that API Gateway asks before a WebSocket opens. One instance keeps the issuer's keys for all its calls,
 * and logs one line for each decision: ids and a reason code, nothing of the token.
 */
export function createHandler(
  configuration: AuthorizerConfiguration,
  logSettings: LogSettings,
  { now = Date.now, fetchDocument = fetchKeyDocument, write }: AuthorizerPorts = {},
): (event: ConnectEvent, context?: Pick<Context, "awsRequestId">) => Promise<AuthorizerResult> {
  const logOf = (requestId: string | undefined) => createLog(logSettings, requestId, { write, now });
  const keys = new IssuerKeys({
    fetchDocument: () => fetchDocument(configuration.keysUrl),
    now,
    onFetchFailure: ({ failure, detail }) => logOf(undefined).warn("issuer_keys_fetch_failed", { failure, detail }),
  });
  return async (event, context) => {
    const { requestId: apiRequestId, connectionId } = event.requestContext ?? {};
    const ids = { apiRequestId, connectionId };
    const log = logOf(context?.awsRequestId);
    let decision: Decision;
    try {
      decision = await decide(event, configuration, keys, now);
    } catch (error) {
      const reason = error instanceof IssuerKeysUnavailableError ? error.message : "internal_error";
      log.error("authorization_failed", { ...ids, reason });
      throw error;
    }
    if (decision.allowed) {
      log.summary("authorization_decided", AUTHORIZED_METRICS, { Authorized: 1 }, { ...ids, decision: "allow" });
    } else {
      const fields = { ...ids, decision: "deny", reason: decision.reason };
      log.summary("authorization_decided", REFUSED_METRICS, { Refused: 1 }, fields);
    }
    return authorizerResult(decision, event.methodArn ?? "*");
  };
}
