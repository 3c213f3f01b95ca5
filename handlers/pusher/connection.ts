/** An open WebSocket as the connections table knows it. */
export interface Connection {
  readonly userId: string;
  readonly connectionId: string;
  /** Epoch milliseconds. 0 if the row has no time, as the original wrote it: such rows are old. */
  readonly connectedAt: number;
  /** The protocol of its client: one of PROTOCOLS. Absent: bare notifications. */
  readonly protocol?: number | undefined;
  /** Epoch seconds at which the client's token ends. Absent if API Gateway ends the connection earlier. */
  readonly endsAt?: number | undefined;
}

/** A row as read. */
export interface ConnectionRow extends Connection {
  /** Epoch seconds. Infinite if the row has no such time. */
  readonly deleteAt: number;
}

/** The start of the next page. Opaque: a continuation carries it as JSON. */
export type PageKey = Readonly<Record<string, unknown>>;

export interface ConnectionPage {
  readonly rows: readonly ConnectionRow[];
  /** Absent on the last page. */
  readonly next?: PageKey;
}

/** One of `count` equal parts of the table, from 0. Parts do not overlap, and together they are the whole table. */
export interface Segment {
  readonly index: number;
  readonly count: number;
}

/** The connections table. Every call may throw. Reads and removals end by the deadline (epoch milliseconds). */
export interface ConnectionStore {
  ofUser(userId: string, after: PageKey | undefined, deadline: number): Promise<ConnectionPage>;
  /** @param isConsistent - Whether every row that was written before is read. @default false */
  ofEveryone(
    segment: Segment | undefined,
    after: PageKey | undefined,
    deadline: number,
    isConsistent?: boolean,
  ): Promise<ConnectionPage>;
  /** Removes the row if the connection began before the given time (epoch milliseconds); otherwise does nothing. */
  removeGone(connection: Connection, connectedBefore: number, deadline: number): Promise<void>;
  /** Removes the row if it has expired at the given time (epoch seconds); otherwise does nothing. */
  removeExpired(connection: Connection, nowSeconds: number, deadline: number): Promise<void>;
}
