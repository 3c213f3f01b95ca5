import type { Context, SNSEvent, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { HISTORY_ENVIRONMENT } from "../../src/contract/environment";
import { MAX_HISTORY_SECONDS } from "../../src/contract/history";
import { PUSHER_ENVIRONMENT } from "../../src/contract/pusher-handler";
import { PUSHER_SETTINGS } from "../../src/contract/pusher-settings";
import { ConnectionsApi } from "../aws/connections-api";
import { DynamoDb } from "../aws/dynamodb";
import { Sqs } from "../aws/sqs";
import { systemClock } from "../shared/clock";
import { type Environment, integerFrom, requiredFrom } from "../shared/environment";
import { createLog, logSettingsFrom } from "../shared/log";
import { ConnectionsTable } from "./connections-table";
import { HistoryTable } from "./history-table";
import { isSnsEvent, messagesOfQueue, messagesOfTopic } from "./incoming-messages";
import { NotificationQueues } from "./notification-queues";
import { push } from "./pusher";
import type { PusherPorts, PusherSettings } from "./pusher-ports";
import { RecentAnswers } from "./recent-answers";
import { RevocationsTable } from "./revocations-table";
import { SubscriptionsTable } from "./subscriptions-table";
import { timeBudget } from "./time-budget";

/** The state that a container keeps between invocations: settings and open connections. */
interface Container {
  readonly settings: PusherSettings;
  readonly ports: (requestId: string) => PusherPorts;
  readonly close: () => void;
}

export interface PusherHandler {
  (
    event: SQSEvent | SNSEvent,
    context: Pick<Context, "awsRequestId" | "getRemainingTimeInMillis">,
  ): Promise<SQSBatchResponse | undefined>;
  /** Ends the kept connections. Lambda never needs it. */
  close(): void;
}

/**
 * Makes the pusher's Lambda handler.
 *
 * A malformed message goes to the dead-letter queue at once, with its reason, because a retry cannot help.
 *
 * - From the queue: the response names the messages that SQS must deliver again, because a part of their remaining
 *   work could not be sent to any queue. The other messages are done.
 * - From the topic: the invocation throws if a part of the remaining work could not be sent to any queue. Lambda
 *   then repeats the invocation twice.
 *
 * @throws Error naming the environment variable that is missing or wrong.
 */
export function createHandler(environment: Environment): PusherHandler {
  const { settings, ports: portsWith, close } = openContainer(environment);
  const handler = async (
    event: SQSEvent | SNSEvent,
    context: Pick<Context, "awsRequestId" | "getRemainingTimeInMillis">,
  ): Promise<SQSBatchResponse | undefined> => {
    const ports = portsWith(context.awsRequestId);
    const budget = timeBudget(ports.clock.now(), context.getRemainingTimeInMillis());
    const messages = isSnsEvent(event) ? messagesOfTopic(event) : messagesOfQueue(event, ownName(environment));
    const outcomes = await push(messages, ports, settings, budget);
    if (!isSnsEvent(event)) {
      const failed = event.Records.filter((_, index) => outcomes[index] !== "done");
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }
    if (outcomes.some((outcome) => outcome !== "done")) {
      throw new Error("a notification could be handed over to no queue: see the log for its code");
    }
    return undefined;
  };
  return Object.assign(handler, { close });
}

/** Lambda sets it. */
function ownName(environment: Environment): string | undefined {
  return environment.AWS_LAMBDA_FUNCTION_NAME || undefined;
}

/** Undefined: no history is kept. */
function historyFrom(environment: Environment, dynamoDb: DynamoDb): HistoryTable | undefined {
  const tableName = environment[HISTORY_ENVIRONMENT.table];
  if (!tableName) return undefined;
  requiredFrom(environment, HISTORY_ENVIRONMENT.seconds);
  const bounds = { fallback: 0, min: 1, max: MAX_HISTORY_SECONDS };
  return new HistoryTable(dynamoDb, tableName, integerFrom(environment, HISTORY_ENVIRONMENT.seconds, bounds));
}

function openContainer(environment: Environment): Container {
  const logSettings = logSettingsFrom(environment);
  const endpoint = requiredFrom(environment, PUSHER_ENVIRONMENT.endpoint);
  const tableName = requiredFrom(environment, PUSHER_ENVIRONMENT.connectionsTable);
  const urls = {
    notifications: requiredFrom(environment, PUSHER_ENVIRONMENT.queueUrl),
    "dead-letters": requiredFrom(environment, PUSHER_ENVIRONMENT.deadLetterQueueUrl),
  };
  const setting = (name: keyof typeof PUSHER_SETTINGS) =>
    integerFrom(environment, PUSHER_ENVIRONMENT[name], PUSHER_SETTINGS[name]);
  const settings = {
    deliveryConcurrency: setting("deliveryConcurrency"),
    readConcurrency: setting("readConcurrency"),
    broadcastSegments: setting("broadcastSegments"),
  };
  const dynamoDb = new DynamoDb({ environment, maxConnections: settings.readConcurrency });
  const sqs = new Sqs({ environment });
  const store = new ConnectionsTable(dynamoDb, tableName);
  const revocationsTable = environment[PUSHER_ENVIRONMENT.revocationsTable];
  const revocations = revocationsTable ? new RevocationsTable(dynamoDb, revocationsTable) : undefined;
  const history = historyFrom(environment, dynamoDb);
  const subscriptionsTable = environment[PUSHER_ENVIRONMENT.subscriptionsTable];
  const subscriptions = subscriptionsTable ? new SubscriptionsTable(dynamoDb, subscriptionsTable) : undefined;
  const connections = new ConnectionsApi(endpoint, { environment, maxConnections: settings.deliveryConcurrency });
  const recentAnswers = new RecentAnswers();
  return {
    settings,
    ports: (requestId) => {
      const log = createLog(logSettings, requestId);
      const outbox = new NotificationQueues(sqs, urls, log);
      return {
        store,
        endpoint: connections,
        outbox,
        revocations,
        history,
        subscriptions,
        recentAnswers,
        clock: systemClock,
        random: Math.random,
        log,
      };
    },
    close: () => {
      connections.end();
      for (const client of [dynamoDb, sqs]) client.close();
    },
  };
}
