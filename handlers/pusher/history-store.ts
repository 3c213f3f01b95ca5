import { FRESH_MILLISECONDS } from "../../src/contract/history";

/** The place of a notification in the streams of history into which it was written together. */
export interface Entry {
  readonly cursor: string;
  /** The time of the cursor: epoch milliseconds. */
  readonly at: number;
}

/** When connections were read, and for which entry. */
export interface Reading {
  readonly entry: Entry;
  /** Epoch milliseconds at which the read began. */
  readonly at: number;
}

/** A row for the history table. */
export interface HistoryRow {
  readonly stream: string;
  readonly cursor: string;
  readonly id: string;
  /** JSON text. */
  readonly data: string;
  readonly channel: string | undefined;
  /** The user who has posted it. */
  readonly from: string | undefined;
  /** Users who do not get it. */
  readonly except: readonly string[];
  /** Epoch seconds. */
  readonly deleteAt: number;
}

/** The history table. */
export interface HistoryStore {
  /** How long notifications are kept. */
  readonly seconds: number;
  /**
   * Writes rows of different streams: as many as {@link WRITTEN_AT_ONCE}. It ends by the deadline (epoch milliseconds) and
   * never throws.
   *
   * @returns The streams that have no row as far as is known, each with a stable code for the reason. Whether a later try
   * may succeed is `isPermanent(code)`.
   */
  write(rows: readonly HistoryRow[], deadline: number): Promise<ReadonlyMap<string, string>>;
}

/** DynamoDB takes so many rows in a request. */
export const WRITTEN_AT_ONCE = 25;

/** Whether something of this time (epoch milliseconds) is fresh: recent enough for the rules of history. */
export function isFresh(at: number, now: number): boolean {
  return now - at <= FRESH_MILLISECONDS;
}
