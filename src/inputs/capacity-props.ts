/** Memory, concurrency and throttles. The defaults are enough for thousands of connections. */
export interface CapacityProps {
  /**
   * Processor architecture of the functions: `arm64` or `x86_64`.
   * @default "arm64"
   */
  readonly architecture?: string;
  /**
   * Memory of the authorizer in MB, 128 to 10,240. The CPU grows with the memory: one vCPU for each 1,769 MB.
   * @default 512
   */
  readonly authorizerMemoryMb?: number;
  /**
   * Reserved concurrency of the authorizer. It reserves a part of the account's concurrency, and it also limits the authorizer.
   * @default - no reservation
   */
  readonly authorizerReservedConcurrency?: number;
  /**
   * Memory of the pusher in MB, 128 to 10,240.
   * @default 1024
   */
  readonly pusherMemoryMb?: number;
  /**
   * Time-out of the pusher, 10 to 900. A later invocation delivers the rest. The notifications queue's visibility timeout is
   * six times this value.
   * @default 120
   */
  readonly pusherTimeoutSeconds?: number;
  /**
   * Notifications that one pusher invocation takes from the queue, 1 to 10.
   * @default 10
   */
  readonly pusherBatchSize?: number;
  /**
   * Pushers that the queue invokes at the same time, 2 to 1,000. Other notifications wait, and do not count as failed.
   * @default - only the account's limit
   */
  readonly pusherMaximumConcurrency?: number;
  /**
   * Reserved concurrency of the pusher, for queue and topic together. Not below {@link pusherMaximumConcurrency}, because an
   * invocation that Lambda throttles counts as a failed delivery. After five, the notification becomes a dead letter.
   * @default - no reservation
   */
  readonly pusherReservedConcurrency?: number;
  /**
   * Memory of the presence watchdog in MB, 128 to 10,240.
   * @default 512
   */
  readonly presenceMemoryMb?: number;
  /**
   * Requests per second that the stage accepts, of all clients together. The default is an account's own quota.
   * @default 10000
   */
  readonly throttlingRateLimit?: number;
  /**
   * Requests that the stage accepts at the same time (burst).
   * @default 5000
   */
  readonly throttlingBurstLimit?: number;
}
