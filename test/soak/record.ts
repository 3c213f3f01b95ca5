/** Whom a notification is for. */
export type Audience = readonly string[] | "everyone" | { readonly channels: readonly string[] };

/** A notification of a backend's, from the moment at which the topic or the queue has it. */
export interface SentEvent {
  readonly kind: "sent";
  readonly id: string;
  readonly to: Audience;
  /** Users who must not get it. */
  readonly except: readonly string[];
  /** A digest of the data's JSON text. */
  readonly data: string;
  /** False: it is left out of history, so clients that are away do not get it. */
  readonly isKept: boolean;
}

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

/** An application has been told its first cursor: what is sent from now on must reach it. */
export interface JoinedEvent {
  readonly kind: "joined";
  readonly app: string;
}

/** The client library has given a notification to the application. */
export interface GivenEvent {
  readonly kind: "given";
  readonly app: string;
  readonly id: string;
  readonly data: string;
  /** Absent: it is not of a channel. */
  readonly channel?: string | undefined;
  /** The user who has posted it. Absent: a backend. */
  readonly from?: string | undefined;
}

/** The client library has told the application that something may be missed. */
export interface GapEvent {
  readonly kind: "gap";
  readonly app: string;
  readonly channel?: string | undefined;
}

/** Something about what was missed: in the channel, or without a channel what is for the user and for everyone. */
interface RecoveryEvent {
  readonly app: string;
  readonly connection: number;
  readonly channel?: string | undefined;
}

/** A client asks for what it has missed. */
export interface AskedEvent extends RecoveryEvent {
  readonly kind: "asked";
  readonly after: string | undefined;
  /** It goes on after an answer that had more. */
  readonly isContinued?: boolean;
  /** The history that is certainly kept begins here: epoch milliseconds. */
  readonly keptSince: number;
}

/** A notification from history has come over a connection. */
export interface ReplayedEvent extends RecoveryEvent {
  readonly kind: "replayed";
  readonly id: string;
  readonly cursor: string;
}

/** The answer to a client that has asked. */
export interface RecoveredEvent extends RecoveryEvent {
  readonly kind: "recovered";
  readonly cursor: string;
  /** There is more: the client asks again. */
  readonly isMore?: boolean;
}

/** A client that has asked is to ask again. */
export interface RefusedEvent extends RecoveryEvent {
  readonly kind: "refused";
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

/** At the end: whether a user has an open connection, and what SUMU says. */
export interface PresenceEvent {
  readonly kind: "presence";
  readonly user: string;
  readonly isOnline: boolean;
  readonly isSaidOnline: boolean;
}

/** What happened in a run, in the order in which it happened. */
export type SoakEvent =
  | SentEvent
  | PostingEvent
  | PostedEvent
  | UnpostedEvent
  | JoinedEvent
  | GivenEvent
  | GapEvent
  | AskedEvent
  | ReplayedEvent
  | RecoveredEvent
  | RefusedEvent
  | WantEvent
  | MembershipEvent
  | EndedEvent
  | RowEvent
  | PresenceEvent;

/** What the tokens of the users allow. */
export interface Rights {
  maySubscribe(user: string, channel: string): boolean;
  mayPost(user: string, channel: string): boolean;
}

/** What is checked: the users of the applications, what they may, and what happened. */
export interface SoakRecord {
  /** By the application's name: one application runs on each device of a user. */
  readonly users: ReadonlyMap<string, string>;
  readonly rights: Rights;
  readonly events: readonly SoakEvent[];
}
