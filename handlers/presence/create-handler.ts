import type { Context, DynamoDBStreamEvent, SQSEvent } from "aws-lambda";
import { PRESENCE_METRICS } from "../../src/contract/metrics";
import { type Clock, systemClock } from "../shared/clock";
import type { Environment } from "../shared/environment";
import { createLog, type Log, logSettingsFrom } from "../shared/log";
import { type Clients, openClients } from "./clients";
import { type PresenceConfiguration, readConfiguration } from "./configuration";
import { connectionLimit } from "./connection-limit";
import { ConnectionsTable } from "./connections-table";
import { deadLettersTo } from "./dead-letters";
import { graceTimer } from "./grace-timer";
import { type BatchItemFailures, handleEvent } from "./handle-event";
import { PresenceTable } from "./presence-table";
import { counting, publisherTo } from "./publisher";
import type { SettlePorts } from "./settle-user";

/** Users settled side by side, and connections to each service: a user takes one call at a time. */
const CONCURRENCY = 16;

/** Kept of Lambda's time to answer in, so that a user for whom it is not enough is reported rather than cut off. */
const RESERVE_MS = 1_500;

/** What the watchdog needs of the world; each has the real thing as its default. */
export interface PresencePorts {
  /** @default - the time of day */
  readonly clock?: Clock;
  /** Takes one JSON line. @default - standard output */
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
 * The function that the connections table's stream and the grace queue invoke. The answer names the records to be tried
 * again. An invocation throws, and Lambda tries the whole batch again, when the event is neither of the two.
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
      for (const client of [clients.dynamoDb, clients.sns, clients.sqs, clients.connections]) client?.close();
    },
  });
}

interface Invocation {
  readonly clock: Clock;
  readonly deadline: number;
  readonly counts: Record<"ONLINE" | "OFFLINE", number>;
}

/** Undefined when presence goes nowhere. */
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

/** The records by which to find it, and never the user: an id is a claim of the token. */
function logFailure(log: Log, error: unknown, itemIdentifiers: readonly string[]): void {
  const { name, code, operation } = error as { name?: string; code?: string; operation?: string };
  log.error("record_failed", {
    failure: code ?? name,
    operation,
    records: itemIdentifiers.length,
    firstRecord: itemIdentifiers[0],
  });
}
