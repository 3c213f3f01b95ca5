import { failureCode } from "../shared/failure-code";
import { channelStream } from "../shared/history-stream";
import type { PageKey } from "./connection";
import type { Delivery } from "./delivery";
import type { Invocation } from "./invocation";
import type { ChannelAudience, Notification } from "./notification";
import { Pages, type ReadPage, readPages } from "./read-pages";
import type { ChannelPorts, ReadingPorts, Unread } from "./reading-ports";
import { sendParts } from "./send-parts";
import type { ChannelRange } from "./subscription";

/** A channel of at most so many connections is delivered at once. Most channels are smaller. */
export const SMALL_CHANNEL_ROWS = 500;
/** As of a broadcast: larger pages use more memory. */
const PAGE_ROWS = 2_000;
/** How long the ends of the parts are searched: about five million connections. The last part has the rest. */
const SEARCH_PATIENCE_MS = 30_000;

/**
 * Offers the connections of a channel, or of a part of it, to the delivery. A channel of more than a page is handed over to
 * several functions: each gets a part of the connections' ids, so that no connection is in two parts.
 */
export async function readChannel(
  notification: Notification,
  audience: ChannelAudience,
  delivery: Delivery,
  reading: ReadingPorts,
  invocation: Invocation,
): Promise<readonly Unread[]> {
  const { excludedUsers } = notification;
  const { channel } = reading;
  if (channel === undefined) throw new Error("a notification to a channel has no channel");
  const readPart = (range: ChannelRange, first?: ReadPage) => {
    const pages = pagesOf(channel, range.until, PAGE_ROWS, reading);
    const remainder = (after: PageKey | undefined) => ({ kind: "channel", after, until: range.until }) as const;
    return readPages({ pages, after: range.after, remainder }, excludedUsers, delivery, reading, first);
  };
  if (audience.after !== undefined || audience.until !== undefined) {
    return invocation.broadcasts.run(() => readPart(audience));
  }
  if (delivery.stopped) return [{ remainder: audience }];
  let parts: readonly ChannelAudience[];
  try {
    const first = await pagesOf(channel, undefined, SMALL_CHANNEL_ROWS, reading).read(undefined);
    if (first.page.next === undefined) return await readPart({}, first);
    parts = partsOf(await endsOfPages(channel, reading, invocation), invocation.settings.broadcastSegments);
  } catch (error) {
    return [{ remainder: audience, failure: failureCode(error) }];
  }
  const unread: Unread[] = [];
  for (const part of parts.length === 1 ? parts : await sendParts(notification, parts, invocation)) {
    unread.push(...(await invocation.broadcasts.run(() => readPart(part))));
  }
  return unread;
}

function pagesOf(
  { name, subscriptions }: ChannelPorts,
  until: PageKey | undefined,
  maxRows: number,
  reading: ReadingPorts,
): Pages {
  const { deadline, keeper } = reading;
  const fetch = (after: PageKey | undefined) =>
    subscriptions.ofChannel(name, { after, until }, deadline, keeper !== undefined, maxRows);
  return new Pages(fetch, channelStream(name), reading);
}

/** The keys at the ends of the channel's pages, without the last page. The ids of connections have no even distribution. */
async function endsOfPages(
  { name, subscriptions }: ChannelPorts,
  { semaphore, clock, deadline }: ReadingPorts,
  { budget }: Invocation,
): Promise<readonly PageKey[]> {
  const until = Math.min(budget.stopAt, clock.now() + SEARCH_PATIENCE_MS);
  const ends: PageKey[] = [];
  let end: PageKey | undefined;
  do {
    const after = end;
    end = await semaphore.run(() => subscriptions.pageEnd(name, after, deadline));
    if (end !== undefined) ends.push(end);
  } while (end !== undefined && clock.now() < until);
  return ends;
}

/** Parts of about the same number of pages, at most so many. Together they are the channel. */
export function partsOf(ends: readonly PageKey[], most: number): readonly ChannelAudience[] {
  const pages = ends.length + 1;
  const count = Math.min(most, pages);
  const bounds = Array.from({ length: count + 1 }, (_, index) => ends[Math.round((index * pages) / count) - 1]);
  return Array.from({ length: count }, (_, index) => ({
    kind: "channel",
    after: bounds[index],
    until: index === count - 1 ? undefined : bounds[index + 1],
  }));
}
