import { EVERYONE_STREAM } from "../../src/contract/history";
import type { PageKey, Segment } from "./connection";
import type { Delivery } from "./delivery";
import { Pages, type ReadPage, readPages } from "./read-pages";
import type { ReadingPorts, Unread } from "./reading-ports";

/**
 * Offers the connections of the table, or of a part of it, to the delivery.
 *
 * @param first - The first page, if it was read already.
 */
export function readEveryone(
  { segment, after }: { readonly segment?: Segment; readonly after?: PageKey },
  excludedUsers: ReadonlySet<string>,
  delivery: Delivery,
  reading: ReadingPorts,
  first?: ReadPage,
): Promise<readonly Unread[]> {
  const pages = pagesOf(segment, reading);
  const remainder = (from: PageKey | undefined) => ({ kind: "everyone", segment, after: from }) as const;
  return readPages({ pages, after, remainder }, excludedUsers, delivery, reading, first);
}

/** The pages of the table, or of a part of it. */
export function pagesOf(segment: Segment | undefined, reading: ReadingPorts): Pages {
  const { store, deadline, keeper } = reading;
  const fetch = (after: PageKey | undefined) => store.ofEveryone(segment, after, deadline, keeper !== undefined);
  return new Pages(fetch, EVERYONE_STREAM, reading);
}
