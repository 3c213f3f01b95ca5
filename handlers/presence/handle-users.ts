import { type PresenceRecord, UnreadableRecordError } from "./presence-record";

/** Records that no repeat can help, all of one user, or one that names none. */
export interface DeadLetter {
  readonly reason: string;
  readonly userId?: string;
  readonly itemIdentifiers: readonly string[];
}

export interface HandleUsersOptions {
  /** Users settled side by side at most. */
  readonly concurrency: number;
  /** Settles one user. */
  readonly settle: (user: UserChange) => Promise<void>;
  /** Takes records that no repeat can help. When it throws, they are tried again after all. */
  readonly giveUp: (letter: DeadLetter) => Promise<void>;
  /** Told of each failure once, with the records that it concerns. */
  readonly onFailure: (error: unknown, itemIdentifiers: readonly string[]) => void;
}

/** What the records of a batch say of one user. */
export interface UserChange {
  readonly userId: string;
  readonly itemIdentifiers: readonly string[];
  /** Epoch milliseconds: the latest that any record says. */
  readonly lastSeenAt: number | undefined;
  /** A connection of the user has opened. */
  readonly opened: boolean;
}

/**
 * Settles every user that the records name, each once however many records name them, and returns the identifiers of
 * the records that must be tried again, in the order of the batch. Never throws for a single record: one that cannot
 * be read costs only itself, a user who cannot be settled all records of that user.
 *
 * What no repeat can help is given up at once. A stream waits for the record that fails, and everybody behind it with it,
 * so whatever is tried again must be worth the wait.
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

  // One iterator, several takers: each takes the next user when it is free.
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
