/** The kinds of faults, each with what it means. */
export const FAULT_KINDS = {
  missing: "an application never got a notification",
  twice: "an application got a notification more than once",
  wrong_user: "an application got a notification of another user",
  wrong_data: "an application got other data than was sent",
  unsent: "an application got a notification that nobody had sent by then",
  order: "a recovery was not in the order of its cursors",
  late: "a notification came from history after the recovery was complete",
  cursor: "a recovery ended before the last notification that it brought",
  gap_hidden: "an application was not told of a gap",
  gap_untrue: "an application was told of a gap, and there is none",
  presence: "SUMU says that a user is online who is not, or the other way round",
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

export interface Fault {
  readonly kind: FaultKind;
  /** The application, or the user for `presence`. */
  readonly who: string;
  /** The notification. Absent where the fault is not about one. */
  readonly id?: string;
}
