import { failureCode } from "../shared/failure-code";
import type { ConnectionPage, PageKey } from "./connection";
import type { Delivery } from "./delivery";
import { type Entry, isFresh, type Reading } from "./history-store";
import type { Audience } from "./notification";
import { OfferedRows, offerInParts } from "./offer-in-parts";
import type { ReadingPorts, Unread } from "./reading-ports";
import { StreamEntry } from "./stream-entry";

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

/**
 * Offers the connections of all pages to the delivery. It reads at most one page ahead.
 *
 * @param first - The first page, if it was read already.
 */
export async function readPages(
  { pages, after, remainder }: PagedAudience,
  excludedUsers: ReadonlySet<string>,
  delivery: Delivery,
  reading: ReadingPorts,
  first?: ReadPage,
): Promise<readonly Unread[]> {
  const { onPage, beforePage } = reading;
  const offered = new OfferedRows();
  let key = after;
  if (delivery.stopped) return [{ remainder: remainder(key) }];
  try {
    let { page, read } = first ?? (await pages.read(key));
    for (;;) {
      await delivery.room();
      if (delivery.stopped) return [{ remainder: remainder(key) }];
      if (read === undefined) delivery.offer(page.rows, excludedUsers);
      else {
        const again = () => pages.read(key);
        const offering = await offerInParts({ page, read }, again, offered, excludedUsers, delivery, reading);
        page = offering.page;
        if (offering.left.length > 0) {
          const left = { kind: "connections", connections: offering.left, readAt: offering.read.at } as const;
          return [{ remainder: left }, ...(page.next === undefined ? [] : [{ remainder: remainder(page.next) }])];
        }
      }
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
