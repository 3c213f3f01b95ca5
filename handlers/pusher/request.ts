import type { Notification } from "./notification";

/** Connections of users to end. */
export interface Disconnect {
  /** Each once. */
  readonly users: readonly string[];
  /** The reason that a client of protocol 2 gets first. It is a code from the backend, for programs. */
  readonly reason: string;
  /** From 1, as of a notification. */
  readonly attempt: number;
  /**
   * Epoch milliseconds: a connection that began later is not ended. Absent at the first attempt, which ends all
   * connections that it finds.
   */
  readonly until?: number;
}

/** Revokes tokens of users. Then the users' connections are ended. */
export interface Revoke {
  /** Each once. */
  readonly users: readonly string[];
  /** Epoch seconds. */
  readonly issuedBefore: number;
  /** From 1, as of a notification. */
  readonly attempt: number;
}

/** A backend's request, or the remaining work of an earlier invocation: exactly one of these members. */
export type Request =
  | { readonly notification: Notification }
  /** A notification for each channel. */
  | { readonly channels: readonly Notification[] }
  | { readonly disconnect: Disconnect }
  | { readonly revoke: Revoke };

/** Members of a request of the new form. It names its audience, and a missing member never means everyone. */
export const REQUEST_MEMBERS = ["notification", "disconnect", "revoke"] as const;
