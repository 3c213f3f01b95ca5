import type { Context, SNSEvent, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { PUSHER_ENVIRONMENT } from "../../src/contract/environment";
import { PUSHER_SETTINGS } from "../../src/contract/pusher-settings";
import { DynamoDb } from "../aws/dynamodb";
import { HttpPool } from "../aws/http-pool";
import { Sqs } from "../aws/sqs";
import { type Environment, integerFrom, requiredFrom } from "../shared/environment";
import { createLog, logSettingsFrom } from "../shared/log";
import { systemClock } from "./clock";
import { ConnectionsApi } from "./connections-api";
import { ConnectionsTable } from "./connections-table";
import type { Outbox } from "./handover";
import { NotificationQueues } from "./notification-queues";
import { type IncomingMessage, type MessageOutcome, type PusherPorts, type PusherSettings, push } from "./pusher";
import { type TimeBudget, timeBudget } from "./time-budget";

/** What a container keeps between invocations: settings and open connections. */
interface Container {
  readonly settings: PusherSettings;
  readonly ports: (requestId: string) => PusherPorts;
  readonly close: () => void;
}

/** A handler that reads its environment at the first invocation. */
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
 * - From the queue: the response names the messages to be handed out again; the others are done. A malformed one is
 *   among them, and ends in the dead-letter queue when it has been received often enough.
 * - From the topic: a malformed message goes to the dead-letter queue at once, with its reason, since repeating it is of
 *   no use. The invocation throws only when something could be handed over to no queue; Lambda then repeats it twice.
 */
export function createPusher(environment: Environment): PusherHandler {
  let container: Container | undefined;
  const handler = async (
    event: SQSEvent | SNSEvent,
    context: Pick<Context, "awsRequestId" | "getRemainingTimeInMillis">,
  ): Promise<SQSBatchResponse | undefined> => {
    container ??= openContainer(environment);
    const { settings, ports: portsWith } = container;
    const ports = portsWith(context.awsRequestId);
    const budget = timeBudget(ports.clock.now(), context.getRemainingTimeInMillis());
    const deliver: Deliver = (messages) => push(messages, ports, settings, budget);
    if (!isSnsEvent(event)) return fromQueue(event, deliver);
    await fromTopic(event, deliver, ports.outbox, budget);
    return undefined;
  };
  return Object.assign(handler, { close: () => container?.close() });
}

type Deliver = (messages: readonly IncomingMessage[]) => Promise<readonly MessageOutcome[]>;

async function fromQueue({ Records }: SQSEvent, deliver: Deliver): Promise<SQSBatchResponse> {
  const outcomes = await deliver(
    Records.map(({ messageId, body, attributes }) => ({
      id: messageId,
      body,
      sentAt: epochMilliseconds(Number(attributes?.SentTimestamp)),
    })),
  );
  const batchItemFailures = Records.filter((_, index) => outcomes[index] !== "done").map(({ messageId }) => ({
    itemIdentifier: messageId,
  }));
  return { batchItemFailures };
}

async function fromTopic(
  { Records }: SNSEvent,
  deliver: Deliver,
  outbox: Outbox,
  { endAt }: TimeBudget,
): Promise<void> {
  const messages = Records.map(({ Sns }) => ({
    id: Sns.MessageId,
    body: Sns.Message,
    sentAt: epochMilliseconds(Date.parse(Sns.Timestamp)),
  }));
  const outcomes = await deliver(messages);
  const malformed = messages.filter((_, index) => outcomes[index] === "malformed");
  const letters = malformed.map(({ body }) => ({ body, reason: "malformed" }));
  const unsent = letters.length === 0 ? [] : await outbox.send("dead-letters", letters, endAt);
  if (unsent.length > 0 || outcomes.includes("failed")) {
    throw new Error("a notification could be handed over to no queue: see the log for its code");
  }
}

function epochMilliseconds(time: number): number | undefined {
  return Number.isFinite(time) ? time : undefined;
}

function isSnsEvent(event: SQSEvent | SNSEvent): event is SNSEvent {
  const [first] = event.Records;
  return first !== undefined && "Sns" in first;
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
  const pool = new HttpPool({ endpoint, maxConnections: settings.deliveryConcurrency });
  const dynamoDb = new DynamoDb({ environment, maxConnections: settings.readConcurrency });
  const sqs = new Sqs({ environment });
  const store = new ConnectionsTable(dynamoDb, tableName);
  const connections = new ConnectionsApi(pool, endpoint, environment);
  return {
    settings,
    ports: (requestId) => {
      const log = createLog(logSettings, requestId);
      const outbox = new NotificationQueues(sqs, urls, log);
      return { store, endpoint: connections, outbox, clock: systemClock, random: Math.random, log };
    },
    close: () => {
      for (const client of [pool, dynamoDb, sqs]) client.close();
    },
  };
}

export const handler = createPusher(process.env);
