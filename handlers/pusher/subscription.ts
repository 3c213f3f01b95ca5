import type { Connection, ConnectionPage, PageKey } from "./connection";

/** A part of a channel, in the order of its connections. */
export interface ChannelRange {
  /** The key of the last connection before this part. Absent: from the first connection. */
  readonly after?: PageKey | undefined;
  /** The key of the last connection of this part. Absent: to the last connection. */
  readonly until?: PageKey | undefined;
}

/** The table of subscriptions. Every call may throw, and ends by the deadline (epoch milliseconds). */
export interface SubscriptionStore {
  /**
   * The connections in a part of a channel.
   *
   * @param isConsistent - Whether every row that was written before is read.
   * @param maxRows - At most so many rows.
   */
  ofChannel(
    channel: string,
    range: ChannelRange,
    deadline: number,
    isConsistent: boolean,
    maxRows: number,
  ): Promise<ConnectionPage>;
  /** The end of a page of the largest size. Undefined if it is the last page. It costs the same as reading the page. */
  pageEnd(channel: string, after: PageKey | undefined, deadline: number): Promise<PageKey | undefined>;
  /** Whether a connection is in a channel. Strongly consistent. */
  isIn(channel: string, connectionId: string, deadline: number): Promise<boolean>;
  /** Removes the row of a connection that is gone. */
  removeGone(channel: string, connection: Connection, deadline: number): Promise<void>;
  /** Removes the row if it has expired at the given time (epoch seconds); otherwise does nothing. */
  removeExpired(channel: string, connection: Connection, nowSeconds: number, deadline: number): Promise<void>;
}
