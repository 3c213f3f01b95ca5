import type { FloodGuard } from "./flood-guard";

/** The connection of a subscription, as its row in the connections table says. */
export interface SubscribedConnection {
  readonly userId: string;
  readonly connectionId: string;
  /** Epoch milliseconds. 0 if the row has no time. */
  readonly connectedAt: number;
  /** Epoch seconds: the connection has ended by then. */
  readonly deleteAt: number;
}

/** The tables of connections and subscriptions. Every call may throw. */
export interface Subscriptions {
  /** The connection, strongly consistent. Undefined if it has no row, or its time is over (`now` in epoch milliseconds). */
  connection(userId: string, connectionId: string, now: number): Promise<SubscribedConnection | undefined>;
  /** The channels that a connection is in. Milliseconds behind the last change. */
  channelsOf(connectionId: string): Promise<ReadonlySet<string>>;
  /**
   * Lets a connection join or leave a channel.
   *
   * @param timestamp - Epoch milliseconds of the client's frame. The frame changes nothing if a later frame has decided
   * about this channel before. Of two frames of the same millisecond, `join` decides.
   * @returns false if a later frame has decided.
   */
  join(channel: string, connection: SubscribedConnection, timestamp: number): Promise<boolean>;
  /** @param mayJoin - Whether a frame that joins may still come. If not, a connection without a row gets none. */
  leave(channel: string, connection: SubscribedConnection, timestamp: number, mayJoin: boolean): Promise<boolean>;
  /** Removes what a connection that is gone has left. */
  forget(connectionId: string): Promise<number>;
}

/** What the control function needs for channels. */
export interface ChannelPorts {
  readonly subscriptions: Subscriptions;
  /** Patterns of the channels that every user may subscribe to. */
  readonly publicPatterns: readonly string[];
  /** How many channels a connection may be in. */
  readonly maxPerConnection: number;
  /** Sends a notification of a user to a channel. */
  readonly postBox: PostBox;
  /** Limits how often a connection joins and leaves channels. */
  readonly membershipGuard: FloodGuard;
  /** Limits the posts of a connection. */
  readonly postGuard: FloodGuard;
}

/** The notifications queue. */
export interface PostBox {
  /** `id` is the same at each try. `data` is JSON text. May throw. */
  post(notification: {
    readonly id: string;
    readonly channel: string;
    readonly from: string;
    readonly data: string;
  }): Promise<void>;
}
