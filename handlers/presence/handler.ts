import type { Context, DynamoDBStreamEvent, SQSEvent } from "aws-lambda";
import type { PresenceStatus } from "../../src/contract/messages";
import { PRESENCE_METRICS } from "../../src/contract/metrics";
import { DynamoDb } from "../aws/dynamodb";
import { Sns } from "../aws/sns";
import { Sqs } from "../aws/sqs";
import { reasonAttributes } from "../shared/dead-letter";
import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";
import { createLog, type Log, type LogSettings, logSettingsFrom } from "../shared/log";
import { type PresenceConfiguration, readConfiguration } from "./configuration";
import { ConnectionsTable } from "./connections-table";
import { encodeGraceCheck } from "./grace-check";
import { presenceEvent } from "./presence-event";
import { PresenceTable } from "./presence-table";
import type { DeadLetter } from "./settle-batch";
import { type BatchItemFailures, settleEvent } from "./settle-event";
import type { Clock, GraceTimer, PresencePublisher } from "./settle-user";

/** Users settled side by side, and connections to each service: a user takes one call at a time. */
const CONCURRENCY = 16;

/** Kept of Lambda's time to answer in, so that a user for whom it is not enough is reported rather than cut off. */
const RESERVE_MILLISECONDS = 1_500;

const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

interface Clients {
  readonly dynamoDb: DynamoDb;
  readonly sns: Sns;
  readonly sqs: Sqs;
}

/** What a container keeps between invocations: settings and open connections. */
interface Container {
  readonly logSettings: LogSettings;
  readonly configuration: PresenceConfiguration;
  readonly clients: Clients;
}

export interface PresenceHandlerOptions {
  /** @default the time of day */
  readonly clock?: Clock;
  /** @default standard output */
  readonly writeLog?: (line: string) => void;
}

/** A handler that reads its environment at the first invocation. */
export interface PresenceHandler {
  (
    event: DynamoDBStreamEvent | SQSEvent,
    context: Pick<Context, "awsRequestId" | "getRemainingTimeInMillis">,
  ): Promise<BatchItemFailures>;
  /** Ends the kept connections. Lambda never needs it. */
  close(): void;
}

/**
 * Makes the presence watchdog's Lambda handler, for the connections table's stream and for the grace queue. The answer
 * names the records to be tried again. It throws, and Lambda tries the whole batch again, when the environment is
 * incomplete or the event is neither of the two.
 */
export function createPresence(environment: Environment, options: PresenceHandlerOptions = {}): PresenceHandler {
  const { clock = SYSTEM_CLOCK } = options;
  let container: Container | undefined;
  const handler: (...parameters: Parameters<PresenceHandler>) => Promise<BatchItemFailures> = async (
    event,
    context,
  ) => {
    container ??= {
      logSettings: logSettingsFrom(environment),
      configuration: readConfiguration(environment),
      clients: openClients(environment, clock),
    };
    const { configuration, clients, logSettings } = container;
    const log = createLog(logSettings, context.awsRequestId, { write: options.writeLog, now: clock.now });
    const announced = { ONLINE: 0, OFFLINE: 0 };
    const startedAt = clock.now();
    const deadline = startedAt + context.getRemainingTimeInMillis() - RESERVE_MILLISECONDS;

    const response = await settleEvent(event, {
      ports: {
        connections: new ConnectionsTable(clients.dynamoDb, configuration.connectionsTable, deadline),
        store: new PresenceTable(clients.dynamoDb, configuration.presenceTable, deadline),
        publisher: counting(announced, publisherTo(configuration, clients, deadline)),
        timer: graceTimer(configuration, clients, deadline),
        clock,
      },
      graceMilliseconds: configuration.graceMilliseconds,
      deadline,
      concurrency: CONCURRENCY,
      giveUp: deadLetters(configuration, clients, deadline),
      onFailure: (error, itemIdentifiers) => logFailure(log, error, itemIdentifiers),
    });
    log.summary(
      "presence_settled",
      PRESENCE_METRICS,
      { Online: announced.ONLINE, Offline: announced.OFFLINE },
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
      for (const client of Object.values(container?.clients ?? {})) client.close();
    },
  });
}

function openClients(environment: Environment, clock: Clock): Clients {
  // Refused here, once, rather than by every request.
  regionFrom(environment);
  credentialsFrom(environment);
  const options = { environment, maxConnections: CONCURRENCY, ...clock };
  return { dynamoDb: new DynamoDb(options), sns: new Sns(options), sqs: new Sqs(options) };
}

function publisherTo({ target }: PresenceConfiguration, { sns, sqs }: Clients, deadline: number): PresencePublisher {
  return {
    publish: async (userId, row) => {
      const { body, attributes } = presenceEvent(userId, row);
      if ("topicArn" in target) {
        await sns.publish({ topicArn: target.topicArn, message: body, attributes }, { deadline });
      } else {
        await sqs.sendMessage(target.queueUrl, { body, attributes }, { deadline });
      }
    },
  };
}

function counting(announced: Record<PresenceStatus, number>, publisher: PresencePublisher): PresencePublisher {
  return {
    publish: async (userId, row) => {
      await publisher.publish(userId, row);
      announced[row.status]++;
    },
  };
}

/** The reason as an attribute, as of the pusher's dead letters; in the body, what it takes to look into it. */
function deadLetters({ deadLetterQueueUrl }: PresenceConfiguration, { sqs }: Clients, deadline: number) {
  return ({ reason, userId, itemIdentifiers }: DeadLetter): Promise<void> =>
    sqs.sendMessage(
      deadLetterQueueUrl,
      {
        body: JSON.stringify({ user_id: userId, records: itemIdentifiers }),
        attributes: reasonAttributes(reason),
      },
      { deadline },
    );
}

function graceTimer({ graceQueueUrl }: PresenceConfiguration, { sqs }: Clients, deadline: number): GraceTimer {
  return {
    checkLater: async (userId, delaySeconds) => {
      if (graceQueueUrl === undefined) throw new Error("a grace of 0 has nothing to wait for");
      await sqs.sendMessage(graceQueueUrl, { body: encodeGraceCheck(userId), delaySeconds }, { deadline });
    },
  };
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

export const handler = createPresence(process.env);
