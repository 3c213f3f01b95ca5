import type { ChannelEvent } from "./record-channels";
import type { RecoveryEvent } from "./record-recoveries";

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

/** At the end: whether a user has an open connection, and what SUMU says. */
export interface PresenceEvent {
  readonly kind: "presence";
  readonly user: string;
  readonly isOnline: boolean;
  readonly isSaidOnline: boolean;
}

/** What happened in a run, in the order in which it happened. */
export type SoakEvent = SentEvent | JoinedEvent | GivenEvent | GapEvent | ChannelEvent | RecoveryEvent | PresenceEvent;

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
