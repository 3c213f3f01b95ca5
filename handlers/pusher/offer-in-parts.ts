import { PROTOCOLS } from "../../src/contract/tables";
import type { ConnectionPage, ConnectionRow } from "./connection";
import type { Delivery } from "./delivery";
import type { Reading } from "./history-store";
import type { ReadingPorts } from "./reading-ports";

const ROWS_AT_ONCE = 64;
/** A page is read again if some of its rows wait longer than this to be offered. Else they would soon be too old. */
const PAGE_AGES_MS = 2_500;

interface KeptPage {
  readonly page: ConnectionPage;
  readonly read: Reading;
}

/**
 * Offers the rows of a page of a kept notification while there is room, and reads the page again if they become too old.
 *
 * @returns The page as last read, and the rows that were not offered because the delivery has stopped.
 */
export async function offerInParts(
  first: KeptPage,
  readAgain: () => Promise<{ readonly page: ConnectionPage; readonly read?: Reading }>,
  offered: OfferedRows,
  excludedUsers: ReadonlySet<string>,
  delivery: Delivery,
  { clock }: ReadingPorts,
): Promise<KeptPage & { readonly left: readonly ConnectionRow[] }> {
  let { page, read } = first;
  let rows = offered.missingOf(page.rows);
  let next = 0;
  let isReadAgain = false;
  while (next < rows.length) {
    await delivery.room();
    if (delivery.stopped) break;
    if (clock.now() - read.at > PAGE_AGES_MS && rows.slice(next).some(recovers)) {
      offered.add(rows.slice(0, next));
      isReadAgain = true;
      const again = await readAgain();
      page = again.page;
      read = again.read ?? read;
      rows = offered.missingOf(page.rows);
      next = 0;
    }
    delivery.offer(rows.slice(next, next + ROWS_AT_ONCE), excludedUsers, read);
    next += ROWS_AT_ONCE;
  }
  const left = rows.slice(next).filter(({ userId }) => !excludedUsers.has(userId));
  if (isReadAgain) offered.add(rows);
  offered.nextPage();
  return { page, read, left };
}

/**
 * The rows of this page and the last one that were offered, if the page was read again: it may then end at another row.
 */
export class OfferedRows {
  #last = new Set<string>();
  #current = new Set<string>();

  add(rows: readonly ConnectionRow[]): void {
    for (const { connectionId } of rows) this.#current.add(connectionId);
  }

  missingOf(rows: readonly ConnectionRow[]): readonly ConnectionRow[] {
    if (this.#current.size + this.#last.size === 0) return rows;
    return rows.filter(({ connectionId }) => !this.#current.has(connectionId) && !this.#last.has(connectionId));
  }

  nextPage(): void {
    this.#last = this.#current;
    this.#current = new Set();
  }
}

/** Whether a connection's client recovers what it has missed. For other clients it does not matter how old a row is. */
function recovers({ protocol }: ConnectionRow): boolean {
  return protocol === PROTOCOLS.envelopes;
}
