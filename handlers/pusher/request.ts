import type { Notification } from "./notification";

/** Connections of users to end. */
export interface Disconnect {
  /** Each once. */
  readonly users: readonly string[];
  /** What a client of protocol 2 is told before. A code of the backend's, for programs. */
  readonly reason: string;
  /** From 1, as of a notification. */
  readonly attempt: number;
  /**
   * Epoch milliseconds: a connection that began later is not ended. Absent at the first attempt, which ends all that it
   * finds.
   */
  readonly until?: number;
}

/** Tokens of users that admit nobody any more. Then their connections are ended. */
export interface Revoke {
  /** Each once. */
  readonly users: readonly string[];
  /** Epoch seconds. */
  readonly issuedBefore: number;
  /** From 1, as of a notification. */
  readonly attempt: number;
}

/** A backend's request, or what an earlier invocation left of one: exactly one of these members. */
export type Request =
  | { readonly notification: Notification }
  | { readonly disconnect: Disconnect }
  | { readonly revoke: Revoke };

/** Members that make a request of the new form: it names its audience, and nothing that is left out means everyone. */
export const REQUEST_MEMBERS = ["notification", "disconnect", "revoke"] as const;
