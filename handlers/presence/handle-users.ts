import { type PresenceRecord, UnreadableRecordError } from "./presence-record";

/** Records that no retry can fix: all of one user, or a record that names no user. */
export interface DeadLetter {
  readonly reason: string;
  readonly userId?: string;
  readonly itemIdentifiers: readonly string[];
}

export interface HandleUsersOptions {
  /** How many users are handled at the same time. */
  readonly concurrency: number;
  /** Handles one user. */
  readonly settle: (user: UserChange) => Promise<void>;
  /** Gets the records that no retry can fix. If it throws, they are tried again. */
  readonly giveUp: (letter: DeadLetter) => Promise<void>;
  /** Called once for each failure, with its records. */
  readonly onFailure: (error: unknown, itemIdentifiers: readonly string[]) => void;
}

/** The content of a batch's records about one user. */
export interface UserChange {
  readonly userId: string;
  readonly itemIdentifiers: readonly string[];
  /** Epoch milliseconds: the latest time in any record. */
  readonly lastSeenAt: number | undefined;
  /** A connection of the user has opened. */
  readonly opened: boolean;
}

/**
 * Handles every user that the records name, each once, even if many records name the user. Returns the identifiers of
 * the records that must be tried again, in the order of the batch. It never throws for a single record: an unreadable
 * record affects only itself, and a user who fails affects all records of that user.
 *
 * A record that no retry can fix is given up at once. A failed record blocks all records behind it in the stream, so a
 * record is tried again only if the retry is worth the wait.
 */
export async function handleUsers(
  records: readonly PresenceRecord[],
  { concurrency, settle, giveUp, onFailure }: HandleUsersOptions,
): Promise<string[]> {
  const failed = new Set<string>();
  const fail = async (error: unknown, itemIdentifiers: readonly string[], userId?: string): Promise<void> => {
    onFailure(error, itemIdentifiers);
    if (error instanceof UnreadableRecordError) {
      try {
        await giveUp({ reason: error.code, userId, itemIdentifiers });
        return;
      } catch (cause) {
        onFailure(cause, itemIdentifiers);
      }
    }
    for (const itemIdentifier of itemIdentifiers) failed.add(itemIdentifier);
  };

  const users = new Map<string, UserChange>();
  for (const record of records) {
    if ("error" in record) {
      await fail(record.error, [record.itemIdentifier]);
      continue;
    }
    const { userId, itemIdentifier, lastSeenAt, opened = false } = record;
    const user = users.get(userId);
    users.set(userId, {
      userId,
      itemIdentifiers: [...(user?.itemIdentifiers ?? []), itemIdentifier],
      lastSeenAt: latest(user?.lastSeenAt, lastSeenAt),
      opened: opened || (user?.opened ?? false),
    });
  }

  // All workers share one iterator: each takes the next user when it is free.
  const remaining = users.values();
  const settleRemaining = async (): Promise<void> => {
    for (const user of remaining) {
      try {
        await settle(user);
      } catch (error) {
        await fail(error, user.itemIdentifiers, user.userId);
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
