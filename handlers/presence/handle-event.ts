import type { ConnectionLimit } from "./connection-limit";
import { decodeEvent } from "./decode-event";
import { type DeadLetter, handleUsers } from "./handle-users";
import { type SettlePorts, settleUser } from "./settle-user";

export interface HandleEventOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Absent: presence goes nowhere. A grace of 0: OFFLINE waits for nothing. */
  readonly presence?: SettlePorts & { readonly graceMs: number };
  /** Absent: a user may have any number of connections. */
  readonly limit?: ConnectionLimit;
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
export async function handleEvent(event: unknown, options: HandleEventOptions): Promise<BatchItemFailures> {
  const { now, presence, limit, deadline, concurrency, giveUp, onFailure } = options;
  const failed = await handleUsers(decodeEvent(event, now), {
    concurrency,
    settle: async ({ userId, itemIdentifiers, lastSeenAt, opened }) => {
      if (presence) await settleUser({ userId, lastSeenAt, graceMs: presence.graceMs, deadline }, presence);
      if (opened) await limit?.(userId, itemIdentifiers);
    },
    giveUp,
    onFailure,
  });
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
