import { EVERYONE_STREAM } from "../../src/contract/history";
import { PROTOCOLS } from "../../src/contract/tables";
import { failureCode } from "../shared/failure-code";
import type { ConnectionRow, PageKey, Segment } from "./connection";
import type { Delivery } from "./delivery";
import type { Entry } from "./history-store";
import type { Audience } from "./notification";
import { type ReadingPorts, type ReadPage, readPage, type Unread } from "./read-connections";

/** With history, so many rows of a page are offered at a time, while there is room. */
const ROWS_AT_ONCE = 64;
/** With history, a page is read again if some of its rows wait longer than this. */
const PAGE_AGES_MS = 2_500;

/**
 * Offers the connections of the table, or of a part of it, to the delivery. It reads at most one page ahead.
 *
 * @param first - The first page, if it was read already.
 */
export async function readEveryone(
  { segment, after }: { readonly segment?: Segment; readonly after?: PageKey },
  excludedUsers: ReadonlySet<string>,
  delivery: Delivery,
  reading: ReadingPorts,
  first?: ReadPage,
): Promise<readonly Unread[]> {
  const pages = new EveryonePages(segment, reading);
  let key = after;
  const remainder = (): Audience => ({ kind: "everyone", segment, after: key });
  if (delivery.stopped) return [{ remainder: remainder() }];
  try {
    let page = first ?? (await pages.read(key));
    const offered = new OfferedRows();
    for (;;) {
      await delivery.room();
      if (delivery.stopped) return [{ remainder: remainder() }];
      if (page.read === undefined) delivery.offer(page.page.rows, excludedUsers);
      else {
        const offering = await offerInParts(page, () => pages.read(key), offered, excludedUsers, delivery, reading);
        page = offering.page;
        if (offering.left.length > 0) {
          key = page.page.next;
          const left = { kind: "connections", connections: offering.left, readAt: offering.page.read?.at } as const;
          return [{ remainder: left }, ...(key === undefined ? [] : [{ remainder: remainder() }])];
        }
      }
      reading.onPage();
      key = page.page.next;
      if (key === undefined) return [];
      await reading.beforePage?.();
      page = await pages.read(key);
    }
  } catch (error) {
    return [{ remainder: remainder(), failure: delivery.stopped ? undefined : failureCode(error) }];
  }
}

/**
 * Offers the rows of a page while there is room, and reads the page again when its rows are too old.
 *
 * @returns The page as last read, and the rows that were not offered because the delivery has stopped.
 */
async function offerInParts(
  first: ReadPage,
  readAgain: () => Promise<ReadPage>,
  offered: OfferedRows,
  excludedUsers: ReadonlySet<string>,
  delivery: Delivery,
  { clock }: ReadingPorts,
): Promise<{ readonly page: ReadPage; readonly left: readonly ConnectionRow[] }> {
  let page = first;
  let left = offered.missingOf(page.page.rows);
  while (left.length > 0) {
    await delivery.room();
    if (delivery.stopped) return { page, left: left.filter(({ userId }) => !excludedUsers.has(userId)) };
    if (clock.now() - (page.read?.at ?? 0) > PAGE_AGES_MS && left.some(recovers)) {
      page = await readAgain();
      left = offered.missingOf(page.page.rows);
    }
    const part = left.slice(0, ROWS_AT_ONCE);
    left = left.slice(ROWS_AT_ONCE);
    offered.add(part);
    delivery.offer(part, excludedUsers, page.read);
  }
  offered.nextPage();
  return { page, left };
}

/** Whether a connection's client recovers what it has missed. For other clients it does not matter how old a row is. */
function recovers({ protocol }: ConnectionRow): boolean {
  return protocol === PROTOCOLS.envelopes;
}

/** The rows of this page and the last one that were offered: a page that is read again may end at another row. */
class OfferedRows {
  #last = new Set<string>();
  #current = new Set<string>();

  add(rows: readonly ConnectionRow[]): void {
    for (const { connectionId } of rows) this.#current.add(connectionId);
  }

  missingOf(rows: readonly ConnectionRow[]): readonly ConnectionRow[] {
    return rows.filter(({ connectionId }) => !this.#current.has(connectionId) && !this.#last.has(connectionId));
  }

  nextPage(): void {
    this.#last = this.#current;
    this.#current = new Set();
  }
}

/** The pages of a broadcast. If it is kept in history, its entry is written again whenever it is too old for a page. */
export class EveryonePages {
  #entry: Entry | undefined;

  constructor(
    private readonly segment: Segment | undefined,
    private readonly reading: ReadingPorts,
  ) {}

  read(key: PageKey | undefined): Promise<ReadPage> {
    const { store, deadline, keeper } = this.reading;
    const fresh =
      keeper &&
      (async () => {
        this.#entry = await keeper.fresh(EVERYONE_STREAM, this.#entry);
        return this.#entry;
      });
    return readPage(() => store.ofEveryone(this.segment, key, deadline, keeper !== undefined), this.reading, fresh);
  }
}
