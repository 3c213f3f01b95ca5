import { CONTROL_MEMORY_MEGABYTES } from "../../src/contract/limits";
import { ASSUMED, MEGABYTES_PER_VCPU, PUSHER_MEGABYTES } from "./assumptions";
import { LOG_BYTES, type MonthCost, PRICES } from "./month-cost";

/** What is done in channels, in a month or in one event. */
export interface ChannelUsage {
  /** Connections that subscribe, each to one channel. */
  readonly joins: number;
  /** Connections that close: of all clients of the stack, also of those that were in no channel. */
  readonly closes: number;
  /** Posts of clients. */
  readonly posts: number;
  /** Notifications of the backend to channels. */
  readonly notifications: number;
  /** Connections that are in the channel when a post or a notification is sent. */
  readonly members: number;
  readonly notificationBytes: number;
}

/** 100 people who are in a room two hours a day, and write 500 posts a day together. A month of 30 days. */
export const CHAT_ROOM: ChannelUsage = {
  joins: 100 * 2 * 30,
  closes: 100 * 2 * 30,
  posts: 500 * 30,
  notifications: 0,
  members: 100,
  notificationBytes: 300,
};

/** A million people watch for two hours, and get a notification every two minutes. One event. */
export const LIVE_EVENT: ChannelUsage = {
  joins: 1_000_000,
  closes: 1_000_000,
  posts: 0,
  notifications: 60,
  members: 1_000_000,
  notificationBytes: 300,
};

/** The frame, its acknowledgement and its answer. */
const FRAMES_PER_REQUEST = 3;
/** SQS: sent, received, deleted, each alone. The watchdog sends ten at once. */
const SQS_PER_FRAME = 3;
const SQS_PER_CLOSE = 2.1;
/** A row, and its entry in the index; both are also deleted. */
const WRITES_PER_JOIN = 4;
/** The connection's row strongly consistently, and the index. The index again when the connection closes. */
const READS_PER_JOIN = 1.5;
const READS_PER_CLOSE = 0.5;
/** A row of a subscription: about 150 bytes, of which a read unit has two times 4 KB. */
const ROWS_PER_READ = 54;
const CONTROL_GIGABYTES = CONTROL_MEMORY_MEGABYTES / 1_024;
/** Billed by the millisecond: two reads, a write and a post. */
const CONTROL_MS = 50;

/** What channels cost, besides the connections of their clients. */
export function channelCost(usage: ChannelUsage): MonthCost {
  const { joins, closes, posts, notifications, members, notificationBytes } = usage;
  const sent = posts + notifications;
  const delivered = sent * members;
  const requests = joins + posts;
  const cpuScale = MEGABYTES_PER_VCPU / PUSHER_MEGABYTES;
  const pusherSeconds = (delivered * ASSUMED.broadcastCpuMicroseconds * cpuScale) / 1e6;
  const controlSeconds = ((requests + closes) * CONTROL_MS) / 1_000;
  const logBytes =
    LOG_BYTES.request * (delivered + FRAMES_PER_REQUEST * requests) + LOG_BYTES.invocation * (requests + closes + sent);
  const parts = {
    "frames to members": delivered * (PRICES.message[0]?.each ?? 0),
    "frames to join and post": requests * FRAMES_PER_REQUEST * (PRICES.message[0]?.each ?? 0),
    Lambda:
      (requests + closes + sent) * PRICES.lambdaRequest +
      (controlSeconds * CONTROL_GIGABYTES + (PUSHER_MEGABYTES / 1_024) * pusherSeconds) *
        PRICES.lambdaArmGigabyteSecond,
    DynamoDB:
      joins * WRITES_PER_JOIN * PRICES.dynamoDbWrite +
      (joins * READS_PER_JOIN + closes * READS_PER_CLOSE + sent * Math.ceil(members / ROWS_PER_READ)) *
        PRICES.dynamoDbRead,
    SQS: ((requests + sent) * SQS_PER_FRAME + closes * SQS_PER_CLOSE) * PRICES.sqsRequest,
    "CloudWatch Logs": (logBytes / 1e9) * PRICES.logGigabyte,
    "transfer out": ((delivered * notificationBytes + requests * 200) / 1e9) * PRICES.transferOutGigabyte,
  };
  return { parts, total: Object.values(parts).reduce((sum, dollars) => sum + dollars, 0) };
}
