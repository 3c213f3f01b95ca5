/** How much of everything a SUMU has. The defaults suit thousands of connections. */
export interface CapacityProps {
  /**
   * What the functions run on: `arm64` or `x86_64`.
   * @default "arm64"
   */
  readonly architecture?: string;
  /**
   * Memory of the authorizer in MB, 128 to 10,240; a vCPU comes with each 1,769.
   * @default 512
   */
  readonly authorizerMemoryMb?: number;
  /**
   * Authorizers at once: as many are kept for it out of the account's concurrency, and it gets no more.
   * @default - no reservation
   */
  readonly authorizerReservedConcurrency?: number;
  /**
   * Memory of the pusher in MB, 128 to 10,240.
   * @default 1024
   */
  readonly pusherMemoryMb?: number;
  /**
   * How long one pusher invocation may deliver, 10 to 900; what is left then goes on in another. The notifications
   * queue's visibility timeout is six times that.
   * @default 120
   */
  readonly pusherTimeoutSeconds?: number;
  /**
   * Notifications that one pusher invocation takes from the queue, 1 to 10.
   * @default 10
   */
  readonly pusherBatchSize?: number;
  /**
   * Pushers that the queue invokes at once, 2 to 1,000: the others' notifications wait, and are not counted as failed.
   * @default - no limit but the account's
   */
  readonly pusherMaximumConcurrency?: number;
  /**
   * Pushers at once, from queue and topic. Not below {@link pusherMaximumConcurrency}: what Lambda throttles counts as a
   * failed delivery, and the fifth ends in the dead-letter queue.
   * @default - no reservation
   */
  readonly pusherReservedConcurrency?: number;
  /**
   * Memory of the presence watchdog in MB, 128 to 10,240.
   * @default 512
   */
  readonly presenceMemoryMb?: number;
  /**
   * Requests per second that the stage takes, of all clients together. The default is an account's own quota.
   * @default 10000
   */
  readonly throttlingRateLimit?: number;
  /**
   * Requests that it takes at once.
   * @default 5000
   */
  readonly throttlingBurstLimit?: number;
}
