/** A notification of a backend's, from the moment at which the topic or the queue has it. */
export interface SentEvent {
  readonly kind: "sent";
  readonly id: string;
  readonly to: readonly string[] | "everyone";
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
}

/** The client library has told the application that something may be missed. */
export interface GapEvent {
  readonly kind: "gap";
  readonly app: string;
}

/** A client asks for what it has missed. */
export interface AskedEvent {
  readonly kind: "asked";
  readonly app: string;
  readonly connection: number;
  readonly after: string | undefined;
  /** The history that is certainly kept begins here: epoch milliseconds. */
  readonly keptSince: number;
}

/** A notification from history has come over a connection. */
export interface ReplayedEvent {
  readonly kind: "replayed";
  readonly app: string;
  readonly connection: number;
  readonly id: string;
  readonly cursor: string;
}

/** The answer to a client that has asked. */
export interface RecoveredEvent {
  readonly kind: "recovered";
  readonly app: string;
  readonly connection: number;
  readonly cursor: string;
}

/** A client that has asked is to ask again. */
export interface RefusedEvent {
  readonly kind: "refused";
  readonly app: string;
  readonly connection: number;
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
  | JoinedEvent
  | GivenEvent
  | GapEvent
  | AskedEvent
  | ReplayedEvent
  | RecoveredEvent
  | RefusedEvent
  | PresenceEvent;

/** What is checked: the users of the applications, and what happened. */
export interface SoakRecord {
  /** By the application's name: one application runs on each device of a user. */
  readonly users: ReadonlyMap<string, string>;
  readonly events: readonly SoakEvent[];
}
