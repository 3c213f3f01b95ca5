import { createLog } from "../shared/log";
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
  /** Takes one JSON line. */
  readonly write?: (line: string) => void;
}

/**
 * The function that API Gateway asks before a WebSocket opens. One instance keeps the issuer's keys for all its calls,
 * and logs one line for each decision: ids and a reason code, nothing of the token.
 */
export function createHandler(
  configuration: AuthorizerConfiguration,
  { now = Date.now, fetchDocument = fetchKeyDocument, write = console.log }: AuthorizerPorts = {},
): (event: ConnectEvent) => Promise<AuthorizerResult> {
  const keys = new IssuerKeys({
    fetchDocument: () => fetchDocument(configuration.keysUrl),
    now,
    onFetchFailure: ({ failure, detail }) =>
      createLog(undefined, write).warn("issuer_keys_fetch_failed", { failure, detail }),
  });
  return async (event) => {
    const { requestId, connectionId } = event.requestContext ?? {};
    const log = createLog(requestId, write);
    let decision: Decision;
    try {
      decision = await decide(event, configuration, keys, now);
    } catch (error) {
      const reason = error instanceof IssuerKeysUnavailableError ? error.message : "internal_error";
      log.error("authorization_failed", { connectionId, reason });
      throw error;
    }
    log.info("authorization_decided", {
      connectionId,
      decision: decision.allowed ? "allow" : "deny",
      reason: decision.allowed ? undefined : decision.reason,
    });
    return authorizerResult(decision, event.methodArn ?? "*");
  };
}
