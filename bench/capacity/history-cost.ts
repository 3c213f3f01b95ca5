import { CONTROL_MEMORY_MEGABYTES } from "../../src/contract/limits";
import { connectsOf, DAYS, LOG_BYTES, type MonthCost, PRICES, type Usage } from "./month-cost";

/** A notification of 300 bytes as a row: its stream, cursor, id and the names of the attributes are 200 bytes more. */
const ROW_OVERHEAD_BYTES = 200;
/** A write unit of DynamoDB. */
const WRITE_UNIT_BYTES = 1_024;
/** A recovery takes a lease, and gives it back. */
const WRITES_PER_RECOVERY = 2;
/** Two streams, each read strongly consistently: a read unit for each 4 KB, at least one. */
const READS_PER_RECOVERY = 2;
/** `recover`, its acknowledgement and its answer. */
const FRAMES_PER_RECOVERY = 3;
const CONTROL_GIGABYTES = CONTROL_MEMORY_MEGABYTES / 1_024;
/** Billed by the millisecond: two reads and a post. */
const CONTROL_MS = 40;

/**
 * What history adds to a month, for clients that recover at each connect. A notification that a client recovers is a
 * frame, as one that is delivered live: the table of the month has it.
 */
export function historyCost(usage: Usage, keptSeconds: number): MonthCost {
  const { connections, notificationsADay, broadcastsADay, notificationBytes } = usage;
  const notifications = connections * DAYS * notificationsADay;
  const rowBytes = notificationBytes + ROW_OVERHEAD_BYTES;
  // A notification to everyone is one row, for any number of users.
  const writes = (notifications + broadcastsADay * DAYS) * Math.ceil(rowBytes / WRITE_UNIT_BYTES);
  const recoveries = connectsOf(usage);
  const keptBytes = (notifications / DAYS) * (keptSeconds / 86_400) * rowBytes;
  const parts = {
    "DynamoDB writes": writes * PRICES.dynamoDbWrite,
    "DynamoDB storage": (keptBytes / 1e9) * PRICES.dynamoDbGigabyteMonth,
    "recoveries: frames": recoveries * FRAMES_PER_RECOVERY * (PRICES.message[0]?.each ?? 0),
    "recoveries: reads, leases, queue, function, logs":
      recoveries *
      (WRITES_PER_RECOVERY * PRICES.dynamoDbWrite +
        READS_PER_RECOVERY * PRICES.dynamoDbRead +
        3 * PRICES.sqsRequest +
        PRICES.lambdaRequest +
        CONTROL_GIGABYTES * (CONTROL_MS / 1_000) * PRICES.lambdaArmGigabyteSecond +
        ((LOG_BYTES.invocation + FRAMES_PER_RECOVERY * LOG_BYTES.request) / 1e9) * PRICES.logGigabyte),
  };
  return { parts, total: Object.values(parts).reduce((sum, dollars) => sum + dollars, 0) };
}
