/** The kinds of faults, each with what it means. */
export const FAULT_KINDS = {
  missing: "an application never got a notification",
  twice: "an application got a notification more than once",
  wrong_user: "an application got a notification of another user",
  wrong_data: "an application got other data than was sent",
  unsent: "an application got a notification that nobody had sent by then",
  wrong_from: "an application was told of another sender, or of a sender where there is none",
  wrong_channel: "an application got a notification as one of another channel",
  excepted: "an application got a notification that its user was left out of",
  outsider: "an application got a message that was sent to a channel while it was certainly not in it",
  forbidden: "an application got a message of a channel that its user may not be in",
  admitted: "SUMU says that a user is in a channel, or has posted to it, and the user may not",
  shut_out: "SUMU refuses a channel to a user who may use it",
  member_missing: "an application is in a channel, and the table has no row for its connection",
  member_extra: "the table says that a connection is in a channel, and its application is not, or is gone",
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
  /** The application, the user for `presence`, or the id of a connection that no application has. */
  readonly who: string;
  readonly channel?: string;
  /** The notification. Absent where the fault is not about one. */
  readonly id?: string;
}
