import { timeBudget } from "../../handlers/pusher/time-budget";
import { PUSHER_TIMEOUT_SECONDS } from "../../src/contract/limits";

/** The model's values from measurements. `npm run bench` prints the figures. */
export const MEASURED = {
  /** CPU of one message of a broadcast to 10,000, table reads included, on one core of the bench's machine. */
  broadcastCpuMicroseconds: 70,
  /** Messages of such a broadcast a second, with one function's 64 posts in flight. */
  broadcastPerSecond: 6_900,
  /** Answer of the bench's endpoint. */
  endpointLatencyMs: 8,
  /** CPU of a recovery for each notification in it, its reads and its lease included. */
  recoveryCpuMicroseconds: 480,
  /** CPU of a token that is verified, warm. */
  authorizerCpuMicroseconds: 152,
} as const;

/** Quotas of a new account in one region, most of which AWS raises on request. */
export const DEFAULT_QUOTAS = {
  /** Requests a second of all APIs, @connections included, and tokens saved up. 2,500 and 1,250 in thirteen smaller regions. */
  throttle: { ratePerSecond: 10_000, burst: 5_000 },
  newConnectionsPerSecond: 500,
  /** Batches that Lambda takes from an SQS queue side by side: at first, more a minute, at most. */
  pollers: { atStart: 5, perMinute: 300, max: 1_000 },
} as const;

/** A vCPU comes with each 1,769 MB of a function's memory. */
export const MEGABYTES_PER_VCPU = 1_769;
export const PUSHER_MEGABYTES = 1_024;

/** Values that nobody has measured on AWS for this project. They are guesses on the safe side. */
export const ASSUMED = {
  /** More than twice the measured value: a Lambda vCPU is a thread, which shares its core. */
  broadcastCpuMicroseconds: 157.5,
  /** CPU of a single notification, warm: 956 measured. */
  singleCpuMicroseconds: 1_800,
  /** CPU of a frame of a client that is handled and answered. */
  frameCpuMicroseconds: 1_800,
  /** From a message in the queue to the first line of the function, cold starts included. */
  dispatchMs: 500,
  /** A page of DynamoDB has 1 MB: rows of subscriptions in it, and how long it takes to count them. */
  subscriptionsOfPage: 6_500,
  countedPageMs: 40,
  readMs: 10,
} as const;

/** A Lambda vCPU needs so many times the CPU time of a core of the bench's machine (assumed). */
export const VCPU_FACTOR = ASSUMED.broadcastCpuMicroseconds / MEASURED.broadcastCpuMicroseconds;

/** Seconds of an invocation in which posts may begin. */
export const DELIVERING_SECONDS = timeBudget(0, PUSHER_TIMEOUT_SECONDS * 1_000).stopAt / 1_000;

/** Printed beside every prediction. */
export const ASSUMPTIONS: readonly string[] = [
  `A message costs ${ASSUMED.broadcastCpuMicroseconds} us of a Lambda vCPU, more than twice the ${MEASURED.broadcastCpuMicroseconds} us measured on a core of the bench's machine, since a vCPU is a thread that shares its core (assumed); and 1.73 times that in a function of ${PUSHER_MEGABYTES} MB, which has ${PUSHER_MEGABYTES} / ${MEGABYTES_PER_VCPU} of a vCPU.`,
  `@connections answers in ${MEASURED.endpointLatencyMs} ms, throttled requests too, and a throttled request costs as much CPU as any other.`,
  "A throttled request takes no token. The throttle is a token bucket with the account's rate and burst; AWS calls it a target and not a promise.",
  "Nothing else uses the account's throttle meanwhile, unless a table says so. Each request of other APIs, and each frame and ping of a client, takes a token of it.",
  `A part of a broadcast that lies in the queue is begun ${ASSUMED.dispatchMs} ms later (assumed), in an invocation of its own, while pollers are free.`,
  "Nobody waits for the table: a row is 107 bytes, so 10,000 messages a second read 134 request units a second.",
  `The ends of the parts of a channel are found by counting its rows, a page of 1 MB (${ASSUMED.subscriptionsOfPage.toLocaleString("en-US")} rows) after the other, in ${ASSUMED.countedPageMs} ms each (assumed). Then a message to a channel costs as much as one of a broadcast: \`npm run bench\` measures 1.02 times as much CPU.`,
  `After a cut, a frame of a client costs ${ASSUMED.frameCpuMicroseconds.toLocaleString("en-US")} us of a Lambda vCPU (assumed), and each notification that it has missed ${(MEASURED.recoveryCpuMicroseconds * VCPU_FACTOR).toLocaleString("en-US")} us: ${VCPU_FACTOR} times the ${MEASURED.recoveryCpuMicroseconds} us measured.`,
  "Every connection is open and reads. Parts are equally large. Clients' requests come at random times (a Poisson process).",
];
