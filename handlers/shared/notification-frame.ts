/** What a notification's frame says beside its data. */
export interface FramedNotification {
  readonly id: string;
  /** JSON text: the sender's own. */
  readonly data: string;
  /** Absent if no history is kept. */
  readonly cursor?: string | undefined;
  readonly channel?: string | undefined;
  readonly from?: string | undefined;
  /** Whether it comes from history. */
  readonly isRecovered?: boolean;
}

/** The frame for a client of protocol 2: JSON text of a NotificationFrame. The data is exactly the sender's text. */
export function notificationFrame({ id, data, cursor, channel, from, isRecovered }: FramedNotification): string {
  const members = JSON.stringify({
    type: "notification",
    id,
    cursor,
    channel,
    from,
    recovered: isRecovered ? true : undefined,
  });
  return `${members.slice(0, -1)},"data":${data}}`;
}
