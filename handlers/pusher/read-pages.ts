import { PROTOCOLS } from "../../src/contract/tables";
import { failureCode } from "../shared/failure-code";
import type { ConnectionPage, ConnectionRow, PageKey } from "./connection";
import type { Delivery } from "./delivery";
import { type Entry, isFresh, type Reading } from "./history-store";
import type { Audience } from "./notification";
import type { ReadingPorts, Unread } from "./reading-ports";
import { StreamEntry } from "./stream-entry";

/** A page that waits this long to be offered to the delivery is read again. Else its rows would soon be too old. */
const PAGE_AGES_MS = 2_500;

/** A page of connections, and when it was read. */
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

/**
 * The pages of an audience that shares a stream of history: everyone, or a channel. If the notification is kept, its entry is
 * written again whenever it is too old for a page.
 */
export class Pages {
  readonly #entry: StreamEntry | undefined;

  constructor(
    private readonly fetch: (after: PageKey | undefined) => Promise<ConnectionPage>,
    stream: string,
    private readonly reading: ReadingPorts,
  ) {
    this.#entry = reading.keeper && new StreamEntry(stream, reading.keeper);
  }

  read(after: PageKey | undefined): Promise<ReadPage> {
    const entry = this.#entry;
    return readPage(() => this.fetch(after), this.reading, entry && (() => entry.fresh()));
  }
}

/** What {@link readPages} reads. */
export interface PagedAudience {
  readonly pages: Pages;
  readonly after: PageKey | undefined;
  /** What is left from a page on. */
  readonly remainder: (after: PageKey | undefined) => Audience;
}

/** Offers the connections of all pages to the delivery. It reads at most one page ahead. */
export async function readPages(
  { pages, after, remainder }: PagedAudience,
  excludedUsers: ReadonlySet<string>,
  delivery: Delivery,
  { clock, onPage, beforePage }: ReadingPorts,
): Promise<readonly Unread[]> {
  let key = after;
  if (delivery.stopped) return [{ remainder: remainder(key) }];
  try {
    let { page, read } = await pages.read(key);
    for (;;) {
      await delivery.room();
      if (delivery.stopped) return [{ remainder: remainder(key) }];
      if (read !== undefined && clock.now() - read.at > PAGE_AGES_MS && page.rows.some(recovers)) {
        ({ page, read } = await pages.read(key));
        continue;
      }
      delivery.offer(page.rows, excludedUsers, read);
      onPage(page.rows.length);
      key = page.next;
      if (key === undefined) return [];
      await beforePage?.();
      ({ page, read } = await pages.read(key));
    }
  } catch (error) {
    return [{ remainder: remainder(key), failure: delivery.stopped ? undefined : failureCode(error) }];
  }
}

/** Whether a connection's client recovers what it has missed. For other clients it does not matter how old a row is. */
function recovers({ protocol }: ConnectionRow): boolean {
  return protocol === PROTOCOLS.envelopes;
}
