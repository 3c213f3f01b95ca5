import { decodeEvent } from "./decode-event";
import { type DeadLetter, settleBatch } from "./settle-batch";
import { type SettlePorts, settleUser } from "./settle-user";

export interface SettleEventOptions {
  readonly ports: SettlePorts;
  /** 0: OFFLINE waits for nothing. */
  readonly graceMilliseconds: number;
  /** Epoch milliseconds after which no further step is begun: what is left then is tried again. */
  readonly deadline: number;
  /** Users settled side by side at most. */
  readonly concurrency: number;
  /** Takes records that no repeat can help. */
  readonly giveUp: (letter: DeadLetter) => Promise<void>;
  /** Told of each failure once, with the records that it concerns. */
  readonly onFailure: (error: unknown, itemIdentifiers: readonly string[]) => void;
}

/** What a batch of the stream or of the grace queue is answered with: the records to try again, and only those. */
export interface BatchItemFailures {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * The watchdog without AWS: settles the users that an event names, with nothing but its ports, so that tests run it
 * against simulated tables, topic and clock.
 *
 * @throws {RecordError} as `decodeEvent` does.
 */
export async function settleEvent(event: unknown, options: SettleEventOptions): Promise<BatchItemFailures> {
  const { ports, graceMilliseconds, deadline, concurrency, giveUp, onFailure } = options;
  const failed = await settleBatch(decodeEvent(event, ports.clock.now()), {
    concurrency,
    settle: (userId, lastSeenAt) => settleUser({ userId, lastSeenAt, graceMilliseconds, deadline }, ports),
    giveUp,
    onFailure,
  });
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
