import type { Context, DynamoDBStreamEvent, SQSEvent } from "aws-lambda";
import { PRESENCE_METRICS } from "../../src/contract/presence-handler";
import { type Clock, systemClock } from "../shared/clock";
import type { Environment } from "../shared/environment";
import { createLog, type Log, logSettingsFrom } from "../shared/log";
import { type Clients, openClients } from "./clients";
import { closedConnections } from "./closed-connections";
import { type PresenceConfiguration, readConfiguration } from "./configuration";
import { connectionLimit } from "./connection-limit";
import { ConnectionsTable } from "./connections-table";
import { deadLettersTo } from "./dead-letters";
import { graceTimer } from "./grace-timer";
import { type BatchItemFailures, handleEvent } from "./handle-event";
import { PresenceTable } from "./presence-table";
import { counting, publisherTo } from "./publisher";
import type { SettlePorts } from "./settle-user";

/**
 * How many users are handled at the same time, and the connections to each service: a user needs one call at a time.
 */
const CONCURRENCY = 16;

/**
 * Reserved from Lambda's time for the answer. If the time is too short for a user, the user is reported before Lambda
 * ends the function.
 */
const RESERVE_MS = 1_500;

/** The watchdog's dependencies. Each default is the real service. */
export interface PresencePorts {
  /** @default - the time of day */
  readonly clock?: Clock;
  /** Gets one JSON line. @default - standard output */
  readonly writeLog?: (line: string) => void;
}

export interface PresenceHandler {
  (
    event: DynamoDBStreamEvent | SQSEvent,
    context: Pick<Context, "awsRequestId" | "getRemainingTimeInMillis">,
  ): Promise<BatchItemFailures>;
  /** Ends the kept connections. Lambda never needs it. */
  close(): void;
}

/**
 * The function that the connections table's stream and the grace queue invoke. Its answer names the records to try
 * again. If the event is neither of the two, the invocation throws, and Lambda tries the whole batch again.
 *
 * @throws Error naming the environment variable that is missing or wrong.
 */
export function createHandler(
  environment: Environment,
  { clock = systemClock, writeLog }: PresencePorts = {},
): PresenceHandler {
  const configuration = readConfiguration(environment);
  const logSettings = logSettingsFrom(environment);
  const clients = openClients(environment, configuration, { clock, maxConnections: CONCURRENCY });
  const handler = async (...[event, context]: Parameters<PresenceHandler>): Promise<BatchItemFailures> => {
    const log = createLog(logSettings, context.awsRequestId, { write: writeLog, now: clock.now });
    const counts = { ONLINE: 0, OFFLINE: 0, closed: 0 };
    const startedAt = clock.now();
    const deadline = startedAt + context.getRemainingTimeInMillis() - RESERVE_MS;
    const giveUp = deadLettersTo(configuration.deadLetterQueueUrl, clients.sqs, deadline);

    const response = await handleEvent(event, {
      now: startedAt,
      presence: presencePorts(configuration, clients, { clock, deadline, counts }),
      limit: connectionLimit(configuration, clients, { clock, deadline, log, giveUp, counts }),
      reportClosed: closedConnections(configuration.controlQueueUrl, clients.sqs, { clock, deadline, log }),
      deadline,
      concurrency: CONCURRENCY,
      giveUp,
      onFailure: (error, itemIdentifiers) => logFailure(log, error, itemIdentifiers),
    });
    log.summary(
      "presence_settled",
      PRESENCE_METRICS,
      { Online: counts.ONLINE, Offline: counts.OFFLINE, Closed: counts.closed },
      {
        records: event.Records.length,
        failed: response.batchItemFailures.length,
        durationMs: clock.now() - startedAt,
      },
    );
    return response;
  };
  return Object.assign(handler, {
    close: () => {
      for (const client of [clients.dynamoDb, clients.sns, clients.sqs]) client.close();
      clients.connections?.end();
    },
  });
}

interface Invocation {
  readonly clock: Clock;
  readonly deadline: number;
  readonly counts: Record<"ONLINE" | "OFFLINE", number>;
}

/** Undefined if presence has no target. */
function presencePorts(
  { presence, connectionsTable }: PresenceConfiguration,
  clients: Clients,
  { clock, deadline, counts }: Invocation,
): (SettlePorts & { readonly graceMs: number }) | undefined {
  return (
    presence && {
      connections: new ConnectionsTable(clients.dynamoDb, connectionsTable, deadline),
      store: new PresenceTable(clients.dynamoDb, presence.table, deadline),
      publisher: counting(counts, publisherTo(presence.target, clients, deadline)),
      timer: graceTimer(presence.graceQueueUrl, clients.sqs, deadline),
      clock,
      graceMs: presence.graceMs,
    }
  );
}

/** Logs the records' ids, never the user: a user id is a claim of the token. */
function logFailure(log: Log, error: unknown, itemIdentifiers: readonly string[]): void {
  const { name, code, operation } = error as { name?: string; code?: string; operation?: string };
  log.error("record_failed", {
    failure: code ?? name,
    operation,
    records: itemIdentifiers.length,
    firstRecord: itemIdentifiers[0],
  });
}
