import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { CONTROL_METRICS } from "../../src/contract/control-handler";
import { ConnectionsApi } from "../aws/connections-api";
import { reasonAttributes } from "../aws/dead-letter";
import { DynamoDb } from "../aws/dynamodb";
import { Sqs } from "../aws/sqs";
import { type Clock, sleep, systemClock } from "../shared/clock";
import type { Environment } from "../shared/environment";
import { failureCode } from "../shared/failure-code";
import { createLog, type Log, logSettingsFrom } from "../shared/log";
import type { ActPorts } from "./act";
import { readConfiguration } from "./configuration";
import { FloodGuard, MEMBERSHIP, POSTS, RECOVERIES, REFUSALS } from "./flood-guard";
import { handleRequest } from "./handle-request";
import { HistoryTable } from "./history-table";
import { notificationsQueue } from "./post-box";
import { type ControlRequest, goneConnection, MalformedRequestError, readRequest } from "./read-request";
import { RecoveryLeases } from "./recovery-lease";
import { connectionSocket } from "./socket";
import { SubscriptionsTable } from "./subscriptions-table";

/** A batch has ten frames. Each needs one post, or one read for each of its two streams, at a time. */
const CONCURRENCY = 20;

/** Reserved from Lambda's time for the last answers. */
const RESERVE_MS = 2_000;

/** The handler's dependencies. Each default is the real one. */
export interface ControlHandlerPorts {
  /** @default - the time of day */
  readonly clock?: Clock;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
  /** Gets one JSON line. @default - standard output */
  readonly writeLog?: (line: string) => void;
}

export interface ControlHandler {
  (event: SQSEvent, context: Pick<Context, "awsRequestId" | "getRemainingTimeInMillis">): Promise<SQSBatchResponse>;
  /** Ends the kept connections. Lambda never needs it. */
  close(): void;
}

/**
 * The function that the control queue invokes. It handles the frames of a batch at the same time, so that a long
 * recovery delays no other client's answer. A message that no control route has sent becomes a dead letter at once.
 *
 * @throws Error naming the environment variable that is missing or wrong.
 */
export function createHandler(
  environment: Environment,
  { clock = systemClock, random = Math.random, writeLog }: ControlHandlerPorts = {},
): ControlHandler {
  const configuration = readConfiguration(environment);
  const logSettings = logSettingsFrom(environment);
  const options = {
    environment,
    maxConnections: CONCURRENCY,
    now: clock.now,
    random,
    sleep: (ms: number) => sleep(clock, ms),
  };
  const dynamoDb = new DynamoDb(options);
  const sqs = new Sqs(options);
  const endpoint = new ConnectionsApi(configuration.endpoint, options);
  const guard = new FloodGuard(RECOVERIES);
  const refusalGuard = new FloodGuard(REFUSALS);
  const guards = { membershipGuard: new FloodGuard(MEMBERSHIP), postGuard: new FloodGuard(POSTS) };

  const handler = async (...[event, context]: Parameters<ControlHandler>): Promise<SQSBatchResponse> => {
    const startedAt = clock.now();
    const deadline = startedAt + context.getRemainingTimeInMillis() - RESERVE_MS;
    const log = createLog(logSettings, context.awsRequestId, { write: writeLog, now: clock.now });
    const { history, channels } = configuration;
    const ports: ActPorts = {
      socket: connectionSocket({ endpoint, clock, random, deadline }),
      history: history && new HistoryTable(dynamoDb, history.table, deadline),
      lease: history && new RecoveryLeases(dynamoDb, history.table, deadline),
      historySeconds: history?.seconds ?? 0,
      guard,
      refusalGuard,
      channels: channels && {
        ...channels,
        ...guards,
        subscriptions: new SubscriptionsTable({ ...channels, dynamoDb, deadline }),
        postBox: notificationsQueue(sqs, channels.notificationsQueueUrl, deadline),
      },
      clock,
      counts: noCounts(),
    };
    const giveUp = ({ body }: SQSRecord, detail: string) =>
      sqs.sendMessage(
        configuration.deadLetterQueueUrl,
        { body, attributes: reasonAttributes("malformed", detail) },
        { deadline },
      );
    const outcomes = await Promise.all(event.Records.map((record) => handleRecord(record, ports, log, giveUp)));
    const failed = event.Records.filter((_, index) => outcomes[index] === "failed");
    log.summary("control_handled", CONTROL_METRICS, ports.counts, {
      records: event.Records.length,
      failed: failed.length,
      durationMs: clock.now() - startedAt,
    });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
  return Object.assign(handler, {
    close: () => {
      endpoint.end();
      for (const client of [dynamoDb, sqs]) client.close();
    },
  });
}

/** Never throws. `failed`: SQS delivers the message again. */
async function handleRecord(
  record: SQSRecord,
  ports: ActPorts,
  log: Log,
  giveUp: (record: SQSRecord, detail: string) => Promise<void>,
): Promise<"done" | "failed"> {
  const startedAt = ports.clock.now();
  try {
    const gone = goneConnection(record);
    if (gone !== undefined) {
      const subscriptions = await ports.channels?.subscriptions.forget(gone);
      log.debug("connection_forgotten", { message: record.messageId, subscriptions });
      return "done";
    }
    const request = requestOf(record);
    if (typeof request === "string") {
      await giveUp(record, request);
      log.error("message_malformed", { message: record.messageId, detail: request });
      return "done";
    }
    const { outcome, reason, failure, fields } = await handleRequest(request, ports);
    const { action, requestId } = request;
    if (failure !== undefined) ports.counts.FramesFailed++;
    const line = failure === undefined ? log.info : log.error;
    const durationMs = ports.clock.now() - startedAt;
    line("frame_handled", { frame: requestId, action, outcome, reason, failure, ...fields, durationMs });
    return "done";
  } catch (error) {
    ports.counts.FramesFailed++;
    log.error("frame_failed", { message: record.messageId, failure: failureCode(error) });
    return "failed";
  }
}

/** The request, or what is wrong with the message. */
function requestOf(record: SQSRecord): ControlRequest | string {
  try {
    return readRequest(record);
  } catch (error) {
    if (error instanceof MalformedRequestError) return error.message;
    throw error;
  }
}

function noCounts(): ActPorts["counts"] {
  const names = Object.keys(CONTROL_METRICS.units) as (keyof ActPorts["counts"])[];
  return Object.fromEntries(names.map((name) => [name, 0])) as ActPorts["counts"];
}
