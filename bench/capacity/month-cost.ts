import { CLIENT } from "./account-capacity";
import { ASSUMED, MEASURED, MEGABYTES_PER_VCPU, PUSHER_MEGABYTES } from "./assumptions";

/** List prices of us-east-1 in US dollars, without free tiers. docs/cost.md says where each was found. */
export const PRICES = {
  connectionMinute: 0.25e-6,
  /** Of 32 KB, in each direction: the first 1,000 million of a month, and beyond. */
  message: [
    { upTo: 1e9, each: 1e-6 },
    { upTo: Number.POSITIVE_INFINITY, each: 0.8e-6 },
  ],
  lambdaRequest: 0.2e-6,
  lambdaArmGigabyteSecond: 0.0000133334,
  dynamoDbWrite: 0.625e-6,
  dynamoDbRead: 0.125e-6,
  dynamoDbGigabyteMonth: 0.25,
  sqsRequest: 0.4e-6,
  snsPublish: 0.5e-6,
  logGigabyte: 0.5,
  transferOutGigabyte: 0.09,
} as const;

/** How a user uses the application. Everything else follows from it. */
export interface Usage {
  readonly connections: number;
  readonly hoursOnlineADay: number;
  /** Notifications to this user alone, sent by the queue. */
  readonly notificationsADay: number;
  readonly broadcastsADay: number;
  /** To the messages queue. */
  readonly messagesADay: number;
  readonly visitsADay: number;
  readonly notificationBytes: number;
}

export const USAGE: Omit<Usage, "connections"> = {
  hoursOnlineADay: 8,
  notificationsADay: 20,
  broadcastsADay: 1,
  messagesADay: 10,
  visitsADay: 2,
  notificationBytes: 300,
};

export const DAYS = 30;
/** A line of the access log, which each request of a client and each push to a connection writes, and what a Lambda invocation logs. */
export const LOG_BYTES = { request: 400, invocation: 500 };
const AUTHORIZER_GIGABYTES = 0.5;
const PRESENCE_GIGABYTES = 0.5;
/** Billed by the millisecond. An invocation takes more time than its CPU time. */
const AUTHORIZER_MS = 5;
const PRESENCE_MS = 20;

export interface MonthCost {
  readonly parts: { readonly [part: string]: number };
  readonly total: number;
}

/** Connects in a month: visits, and the changes of connection of users who stay online. */
export function connectsOf({ connections, hoursOnlineADay, visitsADay }: Usage): number {
  const onlineSeconds = connections * DAYS * hoursOnlineADay * 3_600;
  return Math.max(connections * DAYS * visitsADay, onlineSeconds / CLIENT.refreshSeconds);
}

/** The cost in dollars of a month of 30 days, for a number of users with one connection each. */
export function monthCost(usage: Usage): MonthCost {
  const { connections, hoursOnlineADay, notificationsADay, broadcastsADay, messagesADay, visitsADay } = usage;
  const userDays = connections * DAYS;
  const onlineMinutes = userDays * hoursOnlineADay * 60;
  const connects = connectsOf(usage);
  const pings = (onlineMinutes * 60) / CLIENT.keepaliveSeconds;
  const notifications = userDays * notificationsADay;
  // Only users that are online at that time get a broadcast.
  const broadcastPosts = userDays * broadcastsADay * (hoursOnlineADay / 24);
  const messages = userDays * messagesADay;
  const presence = 2 * userDays * visitsADay;
  const posts = notifications + broadcastPosts;
  const frames = 2 * pings + 2 * messages + posts;

  const cpuScale = MEGABYTES_PER_VCPU / PUSHER_MEGABYTES;
  const notificationMs = Math.ceil((ASSUMED.singleCpuMicroseconds / 1_000) * cpuScale + 2 * MEASURED.endpointLatencyMs);
  const broadcastSeconds = (broadcastPosts * ASSUMED.broadcastCpuMicroseconds * cpuScale) / 1e6;
  const lambdaRequests = connects + notifications + presence;
  const lambdaGigabyteSeconds =
    (connects * AUTHORIZER_GIGABYTES * AUTHORIZER_MS + presence * PRESENCE_GIGABYTES * PRESENCE_MS) / 1_000 +
    (PUSHER_MEGABYTES / 1_024) * ((notifications * notificationMs) / 1_000 + broadcastSeconds);
  // A connection: its row put and deleted; a change of presence: a read and a write; a notification: a read of the user's rows.
  const writes = 2 * connects + presence;
  const reads = connects + presence + notifications + broadcastPosts / 64;
  const logBytes =
    LOG_BYTES.request * (2 * connects + pings + messages + posts) + LOG_BYTES.invocation * lambdaRequests;

  const parts = {
    "connection minutes": onlineMinutes * PRICES.connectionMinute,
    "pings and pongs": 0,
    "other frames": 0,
    Lambda: lambdaRequests * PRICES.lambdaRequest + lambdaGigabyteSeconds * PRICES.lambdaArmGigabyteSecond,
    DynamoDB: writes * PRICES.dynamoDbWrite + reads * PRICES.dynamoDbRead,
    // Sent, received and deleted, each alone: batches are cheaper.
    "SQS and SNS": 3 * (notifications + messages) * PRICES.sqsRequest + presence * PRICES.snsPublish,
    "CloudWatch Logs": (logBytes / 1e9) * PRICES.logGigabyte,
    "transfer out": ((posts * usage.notificationBytes + (pings + messages) * 100) / 1e9) * PRICES.transferOutGigabyte,
  };
  const frameDollars = tiered(frames);
  parts["pings and pongs"] = (frameDollars * 2 * pings) / frames;
  parts["other frames"] = frameDollars - parts["pings and pongs"];
  return { parts, total: Object.values(parts).reduce((sum, dollars) => sum + dollars, 0) };
}

function tiered(count: number): number {
  let dollars = 0;
  let from = 0;
  for (const { upTo, each } of PRICES.message) {
    dollars += Math.max(0, Math.min(count, upTo) - from) * each;
    from = upTo;
  }
  return dollars;
}
