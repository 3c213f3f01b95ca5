import type { Connection, PageKey, Segment } from "./connection";

/** Whom a notification is for; in a continuation, whom of them it has not reached yet. */
export type Audience =
  /** Every connection, or those of a part of the table, from a page on. */
  | { readonly kind: "everyone"; readonly segment?: Segment; readonly after?: PageKey }
  /** Each user once. `after`: the page from which on the first of them is left. */
  | { readonly kind: "users"; readonly users: readonly string[]; readonly after?: PageKey }
  | { readonly kind: "connections"; readonly connections: readonly Connection[] };

/** A notification to deliver: a backend's request, or what an earlier invocation left of one. */
export interface Notification {
  /** The backend's, else that of the message which carried the request. The same at each try. */
  readonly id: string;
  /** JSON text: each connection receives it, letter for letter as the sender wrote it. */
  readonly data: string;
  readonly audience: Audience;
  /** Users that get nothing, whatever the audience. */
  readonly excludedUsers: ReadonlySet<string>;
  /** From 1: how often deliveries that failed have been tried, this invocation included, those that do not count left out. */
  readonly attempt: number;
  /** How often the connections were refused (429) while others took theirs: the clients do not read. */
  readonly refusals?: number;
  /** Epoch milliseconds at which the queue or topic took the backend's request; absent when that is not known. */
  readonly sentAt?: number;
  /** `false`: it does not go into history. Absent: it does, where history is kept. */
  readonly keep?: false;
  /** Whether the request is refused when the envelope is too large, although the data alone is not. */
  readonly mustFitEnvelope?: true;
}

/** Why a request can never be carried out: a stable code, the attribute `reason` of the dead letter. */
export type RefusalCode = "malformed" | "channels_not_enabled" | "revocations_not_enabled";

/** The request can never be carried out. Names what is wrong, never a value. */
export class MalformedNotificationError extends Error {
  override readonly name = "MalformedNotificationError";

  constructor(
    message: string,
    readonly code: RefusalCode = "malformed",
  ) {
    super(message);
  }
}
