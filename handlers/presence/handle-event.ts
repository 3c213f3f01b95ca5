import type { ReportClosed } from "./closed-connections";
import type { ConnectionLimit } from "./connection-limit";
import { decodeEvent } from "./decode-event";
import { type DeadLetter, handleUsers } from "./handle-users";
import { type SettlePorts, settleUser } from "./settle-user";

export interface HandleEventOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Absent: presence has no target. A grace of 0: OFFLINE does not wait. */
  readonly presence?: SettlePorts & { readonly graceMs: number };
  /** Absent: a user may have any number of connections. */
  readonly limit?: ConnectionLimit;
  /** Absent: there are no channels. */
  readonly reportClosed?: ReportClosed;
  /** Epoch milliseconds after which no further step begins: the remaining records are tried again. */
  readonly deadline: number;
  /** How many users are handled at the same time. */
  readonly concurrency: number;
  /** Gets the records that no retry can fix. */
  readonly giveUp: (letter: DeadLetter) => Promise<void>;
  /** Called once for each failure, with its records. */
  readonly onFailure: (error: unknown, itemIdentifiers: readonly string[]) => void;
}

/** The answer to a batch of the stream or of the grace queue: only the records to try again. */
export interface BatchItemFailures {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * The watchdog without AWS: it handles the users that an event names. It uses only its ports, so tests run it with a
 * simulated table, topic and clock.
 *
 * @throws {RecordError} as `decodeEvent` does.
 */
export async function handleEvent(event: unknown, options: HandleEventOptions): Promise<BatchItemFailures> {
  const { now, presence, limit, reportClosed, deadline, concurrency, giveUp, onFailure } = options;
  const records = decodeEvent(event, now);
  const closed = records.flatMap((record) =>
    "closed" in record && record.closed !== undefined ? [record.closed] : [],
  );
  const reported = closed.length > 0 ? reportClosed?.(closed) : undefined;
  const failed = await handleUsers(records, {
    concurrency,
    settle: async ({ userId, itemIdentifiers, lastSeenAt, opened }) => {
      if (presence) await settleUser({ userId, lastSeenAt, graceMs: presence.graceMs, deadline }, presence);
      if (opened) await limit?.(userId, itemIdentifiers);
    },
    giveUp,
    onFailure,
  });
  await reported;
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
