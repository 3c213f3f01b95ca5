import { failureCode } from "../shared/failure-code";
import type { ConnectionPage, ConnectionStore, PageKey, Segment } from "./connection";
import type { Delivery } from "./delivery";
import type { Audience } from "./notification";
import type { PrioritySemaphore } from "./priority-semaphore";

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
}

/** The part that was not read. */
export interface Unread {
  readonly remainder: Audience;
  /** The table's code if a read failed; absent if time ran out. */
  readonly failure?: string;
}

const NOBODY: ReadonlySet<string> = new Set();

/** Offers every connection of each user to the delivery, page by page. Some users are read in parallel. */
export async function readUsers(
  { users, after }: { readonly users: readonly string[]; readonly after?: PageKey },
  delivery: Delivery,
  { store, semaphore, deadline, readers, onPage }: ReadingPorts,
): Promise<readonly Unread[]> {
  const late: string[] = [];
  const unread: Unread[] = [];
  let index = 0;

  const readUser = async (userId: string, from: PageKey | undefined) => {
    let key = from;
    try {
      do {
        await delivery.room();
        if (delivery.stopped) {
          if (key === undefined) late.push(userId);
          else unread.push({ remainder: { kind: "users", users: [userId], after: key } });
          return;
        }
        const page = await semaphore.run(() => store.ofUser(userId, key, deadline));
        delivery.offer(page.rows, NOBODY);
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
      await readUser(users[at] ?? "", at === 0 ? after : undefined);
    }
  };
  await Promise.all(Array.from({ length: Math.min(readers, users.length) }, reader));
  if (late.length > 0) unread.push({ remainder: { kind: "users", users: late } });
  return merged(unread);
}

/** Offers the connections of the table, or of a part of it, to the delivery. It reads at most one page ahead. */
export async function readEveryone(
  { segment, after }: { readonly segment?: Segment; readonly after?: PageKey },
  excludedUsers: ReadonlySet<string>,
  delivery: Delivery,
  { store, semaphore, deadline, onPage }: ReadingPorts,
): Promise<readonly Unread[]> {
  let key = after;
  const remainder = (): Audience => ({ kind: "everyone", segment, after: key });
  if (delivery.stopped) return [{ remainder: remainder() }];
  const fetch = () => semaphore.run(() => store.ofEveryone(segment, key, deadline));
  try {
    let page: ConnectionPage = await fetch();
    for (;;) {
      await delivery.room();
      if (delivery.stopped) return [{ remainder: remainder() }];
      delivery.offer(page.rows, excludedUsers);
      onPage();
      key = page.next;
      if (key === undefined) return [];
      page = await fetch();
    }
  } catch (error) {
    return [{ remainder: remainder(), failure: delivery.stopped ? undefined : failureCode(error) }];
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
