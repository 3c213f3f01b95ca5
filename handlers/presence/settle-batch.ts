import { type PresenceRecord, UnsettleableError } from "./presence-record";

/** Records that no repeat can help, all of one user, or one that names none. */
export interface DeadLetter {
  readonly reason: string;
  readonly userId?: string;
  readonly itemIdentifiers: readonly string[];
}

export interface SettleBatchOptions {
  /** Users settled side by side at most. */
  readonly concurrency: number;
  /** Settles one user. `lastSeenAt` in epoch milliseconds. */
  readonly settle: (userId: string, lastSeenAt: number | undefined) => Promise<void>;
  /** Takes records that no repeat can help. When it throws, they are tried again after all. */
  readonly giveUp: (letter: DeadLetter) => Promise<void>;
  /** Told of each failure once, with the records that it concerns. */
  readonly onFailure: (error: unknown, itemIdentifiers: readonly string[]) => void;
}

interface UserRecords {
  readonly itemIdentifiers: string[];
  lastSeenAt: number | undefined;
}

/**
 * Settles every user that the records name, each once however many records name them, and returns the identifiers of
 * the records that must be tried again, in the order of the batch. Never throws for a single record: one that cannot
 * be read costs only itself, a user who cannot be settled all records of that user.
 *
 * What no repeat can help is given up at once. A stream waits for the record that fails, and everybody behind it with it,
 * so whatever is tried again must be worth the wait.
 */
export async function settleBatch(
  records: readonly PresenceRecord[],
  { concurrency, settle, giveUp, onFailure }: SettleBatchOptions,
): Promise<string[]> {
  const failed = new Set<string>();
  const fail = async (error: unknown, itemIdentifiers: readonly string[], userId?: string): Promise<void> => {
    onFailure(error, itemIdentifiers);
    if (error instanceof UnsettleableError) {
      try {
        await giveUp({ reason: error.code, userId, itemIdentifiers });
        return;
      } catch (cause) {
        onFailure(cause, itemIdentifiers);
      }
    }
    for (const itemIdentifier of itemIdentifiers) failed.add(itemIdentifier);
  };

  const users = new Map<string, UserRecords>();
  for (const record of records) {
    if ("error" in record) {
      await fail(record.error, [record.itemIdentifier]);
      continue;
    }
    const user = users.get(record.userId) ?? { itemIdentifiers: [], lastSeenAt: undefined };
    user.itemIdentifiers.push(record.itemIdentifier);
    user.lastSeenAt = latest(user.lastSeenAt, record.lastSeenAt);
    users.set(record.userId, user);
  }

  // One iterator, several takers: each takes the next user when it is free.
  const remaining = users.entries();
  const settleRemaining = async (): Promise<void> => {
    for (const [userId, { itemIdentifiers, lastSeenAt }] of remaining) {
      try {
        await settle(userId, lastSeenAt);
      } catch (error) {
        await fail(error, itemIdentifiers, userId);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, users.size) }, settleRemaining));

  return records.map(({ itemIdentifier }) => itemIdentifier).filter((itemIdentifier) => failed.has(itemIdentifier));
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
