/**
 * How many sockets a function may have open. Lambda gives it 1,024 file descriptors; 64 of them are left for Node.js
 * and Lambda's own runtime.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_SOCKETS = 1_024 - 64;

/**
 * Bounds and defaults of the pusher's numbers. The inputs that set them and the handler that reads them both use these.
 */
export const PUSHER_SETTINGS = {
  /** Requests in flight to @connections, of one invocation. With those to DynamoDB and 16 to SQS: {@link MAX_SOCKETS}. */
  deliveryConcurrency: { fallback: 64, min: 1, max: 800 },
  /** Requests in flight to DynamoDB, of one invocation. */
  readConcurrency: { fallback: 16, min: 1, max: 128 },
  /**
   * Parts that a broadcast larger than one page is split into. Two functions send some 7,300 messages a second and leave a
   * quarter of a default account's throttle to the clients' own frames; three fill it, and more only wait for each other
   * (docs/limits-and-capacity.md).
   */
  broadcastSegments: { fallback: 2, min: 1, max: 1_000 },
} as const;
