import { failureCode } from "../shared/failure-code";
import { channelStream } from "../shared/history-stream";
import type { ConnectionRow, PageKey } from "./connection";
import type { Delivery } from "./delivery";
import type { Entry } from "./history-store";
import type { Keeper } from "./keeper";
import { readPage } from "./read-pages";
import type { ReadingPorts, Unread } from "./reading-ports";
import { StreamEntry } from "./stream-entry";
import { UserEntries } from "./user-entries";

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Offers every connection of each user to the delivery, page by page. Some users are read in parallel.
 *
 * @param choose - The connections of a page that get the notification. @default - each does
 */
export async function readUsers(
  { users, after }: { readonly users: readonly string[]; readonly after?: PageKey },
  delivery: Delivery,
  reading: ReadingPorts,
  choose?: (rows: readonly ConnectionRow[]) => Promise<readonly ConnectionRow[]>,
): Promise<readonly Unread[]> {
  const { store, readers, onPage, channel, keeper, beforePage } = reading;
  const entries = entriesOf(users, channel?.name, keeper);
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
        delivery.offer(choose === undefined ? page.rows : await choose(page.rows), NOBODY, read);
        onPage(page.rows.length);
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

/** Where the entries are: those of a channel's notification are in the channel's stream, also for a retry of one user. */
function entriesOf(
  users: readonly string[],
  channel: string | undefined,
  keeper: Keeper | undefined,
): Pick<UserEntries, "fresh" | "settled"> | undefined {
  if (keeper === undefined) return undefined;
  if (channel === undefined) return new UserEntries(users, keeper);
  const entry = new StreamEntry(channelStream(channel), keeper);
  return { fresh: () => entry.fresh(), settled: async () => undefined };
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
