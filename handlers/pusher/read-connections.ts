import type { Clock } from "../shared/clock";
import { failureCode } from "../shared/failure-code";
import type { ConnectionPage, ConnectionRow, ConnectionStore, PageKey } from "./connection";
import type { Delivery } from "./delivery";
import { type Entry, isFresh, type Reading } from "./history-store";
import type { Keeper } from "./keeper";
import type { Audience } from "./notification";
import type { PrioritySemaphore } from "./priority-semaphore";
import { UserEntries } from "./user-entries";

export interface ReadingPorts {
  readonly store: ConnectionStore;
  /** Limits the reads of all notifications together. */
  readonly semaphore: PrioritySemaphore;
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** How many of one notification's users are read at the same time. */
  readonly readers: number;
  /** Called for each page that need not be read again, even if it is empty. */
  readonly onPage: () => void;
  readonly clock: Clock;
  /** Writes the notification into history before connections are read. Undefined: it is not kept. */
  readonly keeper?: Keeper | undefined;
  /** Awaited before each page. @default - nothing */
  readonly beforePage?: () => Promise<void>;
}

/** The part that was not read. */
export interface Unread {
  readonly remainder: Audience;
  /** The table's code if a read failed; absent if time ran out. */
  readonly failure?: string;
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Offers every connection of each user to the delivery, page by page. Some users are read in parallel.
 *
 * @param isMeant - Whether a connection gets the notification. @default - each does
 */
export async function readUsers(
  { users, after }: { readonly users: readonly string[]; readonly after?: PageKey },
  delivery: Delivery,
  reading: ReadingPorts,
  isMeant?: (row: ConnectionRow) => boolean,
): Promise<readonly Unread[]> {
  const { store, readers, onPage, keeper, beforePage } = reading;
  const entries = keeper && new UserEntries(users, keeper);
  const late: string[] = [];
  const unread: Unread[] = [];
  let index = 0;

  const readUser = async (userId: string, at: number, from: PageKey | undefined) => {
    let key = from;
    let entry: Entry | undefined;
    const fresh =
      entries &&
      (async () => {
        entry = await entries.fresh(at, entry);
        return entry;
      });
    try {
      do {
        await beforePage?.();
        await delivery.room();
        if (delivery.stopped) {
          if (key === undefined) late.push(userId);
          else unread.push({ remainder: { kind: "users", users: [userId], after: key } });
          return;
        }
        const { page, read } = await readPage(() => store.ofUser(userId, key, reading.deadline), reading, fresh);
        delivery.offer(isMeant === undefined ? page.rows : page.rows.filter(isMeant), NOBODY, read);
        onPage();
        key = page.next;
      } while (key !== undefined);
    } catch (error) {
      const failure = delivery.stopped ? undefined : failureCode(error);
      unread.push({ remainder: { kind: "users", users: [userId], after: key }, failure });
    }
  };
  const reader = async () => {
    while (index < users.length) {
      const at = index++;
      await readUser(users[at] ?? "", at, at === 0 ? after : undefined);
    }
  };
  await Promise.all(Array.from({ length: Math.min(readers, users.length) }, reader));
  await entries?.settled();
  if (late.length > 0) unread.push({ remainder: { kind: "users", users: late } });
  return merged(unread);
}

export interface ReadPage {
  readonly page: ConnectionPage;
  /** Present if the notification is kept in history. */
  readonly read?: Reading;
}

/** Reads a page. If the notification is kept, its entry is at most 5 s old when the page is read: a slow read is repeated. */
export async function readPage(
  fetch: () => Promise<ConnectionPage>,
  { semaphore, clock }: ReadingPorts,
  fresh: (() => Promise<Entry>) | undefined,
): Promise<ReadPage> {
  if (fresh === undefined) return { page: await semaphore.run(fetch) };
  for (;;) {
    const entry = await fresh();
    const { at, page } = await semaphore.run(async () => ({ at: clock.now(), page: await fetch() }));
    if (isFresh(entry.at, clock.now())) return { page, read: { entry, at } };
  }
}

/** Users with the same failure share a continuation. */
function merged(unread: readonly Unread[]): readonly Unread[] {
  const users = new Map<string | undefined, string[]>();
  const others: Unread[] = [];
  for (const item of unread) {
    const { remainder, failure } = item;
    if (remainder.kind !== "users" || remainder.after !== undefined) {
      others.push(item);
      continue;
    }
    const alike = users.get(failure);
    if (alike === undefined) users.set(failure, [...remainder.users]);
    else alike.push(...remainder.users);
  }
  return [
    ...others,
    ...[...users].map(([failure, alike]) => ({ remainder: { kind: "users", users: alike } as const, failure })),
  ];
}
