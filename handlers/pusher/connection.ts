/** An open WebSocket as the connections table knows it. */
export interface Connection {
  readonly userId: string;
  readonly connectionId: string;
  /** Epoch milliseconds. 0 when the row has none, as rows that the original wrote: they are old. */
  readonly connectedAt: number;
  /** What its client understands: one of PROTOCOLS. Absent: bare notifications. */
  readonly protocol?: number | undefined;
  /** Epoch seconds at which the client's token ends. Absent when API Gateway ends the connection before. */
  readonly endsAt?: number | undefined;
}

/** A row as read. */
export interface ConnectionRow extends Connection {
  /** Epoch seconds. Infinite when the row has none. */
  readonly deleteAt: number;
}

/** Where the next page begins. Opaque: it goes into a continuation as JSON, and comes back. */
export type PageKey = Readonly<Record<string, unknown>>;

export interface ConnectionPage {
  readonly rows: readonly ConnectionRow[];
  /** Absent on the last page. */
  readonly next?: PageKey;
}

/** One of `count` equal parts of the table, from 0. Parts do not overlap and leave nothing out. */
export interface Segment {
  readonly index: number;
  readonly count: number;
}

/** The connections table. Every call may throw; reads and removals end by the deadline (epoch milliseconds). */
export interface ConnectionStore {
  ofUser(userId: string, after: PageKey | undefined, deadline: number): Promise<ConnectionPage>;
  ofEveryone(segment: Segment | undefined, after: PageKey | undefined, deadline: number): Promise<ConnectionPage>;
  /** Removes the row if the connection began before the given time (epoch milliseconds); otherwise does nothing. */
  removeGone(connection: Connection, connectedBefore: number, deadline: number): Promise<void>;
  /** Removes the row if its time is up at the given time (epoch seconds); otherwise does nothing. */
  removeExpired(connection: Connection, nowSeconds: number, deadline: number): Promise<void>;
}
