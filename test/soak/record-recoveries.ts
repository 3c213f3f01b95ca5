/** Something about what was missed: in the channel, or without a channel what is for the user and for everyone. */
interface OfConnection {
  readonly app: string;
  readonly connection: number;
  readonly channel?: string | undefined;
}

/** A client asks for what it has missed. */
export interface AskedEvent extends OfConnection {
  readonly kind: "asked";
  readonly after: string | undefined;
  /** It goes on after an answer that had more. */
  readonly isContinued?: boolean;
  /** The history that is certainly kept begins here: epoch milliseconds. */
  readonly keptSince: number;
}

/** A notification from history has come over a connection. */
export interface ReplayedEvent extends OfConnection {
  readonly kind: "replayed";
  readonly id: string;
  readonly cursor: string;
}

/** The answer to a client that has asked. */
export interface RecoveredEvent extends OfConnection {
  readonly kind: "recovered";
  readonly cursor: string;
  /** There is more: the client asks again. */
  readonly isMore?: boolean;
}

/** A client that has asked is to ask again. */
export interface RefusedEvent extends OfConnection {
  readonly kind: "refused";
}

/** What happened about what clients have missed. */
export type RecoveryEvent = AskedEvent | ReplayedEvent | RecoveredEvent | RefusedEvent;
