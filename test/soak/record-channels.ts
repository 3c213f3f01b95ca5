/** An application posts to a channel. The data of each post are different: they say which post it is. */
export interface PostingEvent {
  readonly kind: "posting";
  readonly app: string;
  readonly channel: string;
  readonly data: string;
}

/** The client library has told the application that SUMU has its post. */
export interface PostedEvent {
  readonly kind: "posted";
  readonly app: string;
  readonly channel: string;
  readonly data: string;
  /** The id of the notification. */
  readonly id: string;
}

/** SUMU does not take a post. */
export interface UnpostedEvent {
  readonly kind: "unposted";
  readonly app: string;
  readonly channel: string;
  /** A code, for example `not_allowed`. */
  readonly reason: string;
}

/** From now on the application wants the messages of a channel, or does not want them any more. */
export interface WantEvent {
  readonly kind: "wanted" | "unwanted";
  readonly app: string;
  readonly channel: string;
}

/** A frame about channels has gone out over a connection, or its answer has come. */
export type MembershipEvent = SubscribedEvent | OtherMembershipEvent;

interface FrameEvent {
  readonly app: string;
  readonly connection: number;
  /** The id of the client's frame. */
  readonly frame: string;
  readonly channels: readonly string[];
}

export interface SubscribedEvent extends FrameEvent {
  readonly kind: "subscribed";
  /** The channels that were refused because the user may not be in them. */
  readonly refused: readonly string[];
}

export interface OtherMembershipEvent extends FrameEvent {
  readonly kind: "subscribing" | "unsubscribing" | "unsubscribed";
}

/** A connection is over: it brings nothing more. */
export interface EndedEvent {
  readonly kind: "ended";
  readonly app: string;
  readonly connection: number;
}

/** At the end: whether a connection is in a channel, as its application wants, and as the table says. */
export interface RowEvent {
  readonly kind: "row";
  /** The application, or the id of a connection that no application has. */
  readonly who: string;
  readonly channel: string;
  readonly isWanted: boolean;
  readonly isInTable: boolean;
}

/** What happened with channels. */
export type ChannelEvent =
  | PostingEvent
  | PostedEvent
  | UnpostedEvent
  | WantEvent
  | MembershipEvent
  | EndedEvent
  | RowEvent;
