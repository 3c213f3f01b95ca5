import { CONNECTION_ROW_SECONDS } from "./limits";

/**
 * A row of the history table: a notification in a stream. Hash key `stream`, range key `cursor`. The same notification
 * has several rows if it goes to several users, or if the pusher wrote it again with a newer cursor: they have the same
 * `id`. Rows whose `stream` begins with `lease:` are internal: they have no notification.
 */
export const HISTORY = {
  /** S. Whose notifications: `user:<id>`, `channel:<name>` or {@link EVERYONE_STREAM}. */
  stream: "stream",
  /** S. The time of the write and a unique text. The order of cursors is the order of their texts. */
  cursor: "cursor",
  /** S. The notification's id. It is the same in every row of the notification. */
  id: "id",
  /** S. JSON text of the notification's data, exactly as the sender wrote it. */
  data: "data",
  /** S. The channel of a notification to a channel. Absent in other streams. */
  channel: "channel",
  /** S. The user who posted the notification. Absent if the backend sent it. */
  from: "from",
  /** S. JSON list of the users who do not get it. Absent if there are none, and in the streams of users. */
  except: "except",
  /** N. Epoch seconds after which DynamoDB may remove the row (its TTL attribute). */
  deleteAt: "delete_at",
} as const;

/** The stream of the notifications to everyone. */
export const EVERYONE_STREAM = "everyone";

/** A stream of a user is this text and the user's id. */
export const USER_STREAM_PREFIX = "user:";

/** A stream of a channel is this text and the channel's name. */
export const CHANNEL_STREAM_PREFIX = "channel:";

/** The longest that history can be kept: 14 days, as long as SQS keeps a dead letter. */
export const MAX_HISTORY_SECONDS = 14 * 24 * 3_600;

/**
 * A recovery reads from this long before the client's cursor. A client goes on from the largest cursor that it has
 * seen, and a notification with an older cursor may still have been on its way.
 */
export const RECOVERY_OVERLAP_MILLISECONDS = 15_000;

/** How old the cursor of a notification may be when connections are read for it, and how old a read row when it is posted to. */
export const FRESH_MILLISECONDS = 5_000;

/** One answer to `recover` has at most this many notifications. */
export const RECOVERED_NOTIFICATIONS = 1_000;

/** One answer to `recover` has notifications of at most this many bytes of data in all. */
export const RECOVERED_BYTES = 4 * 1024 * 1024;

/**
 * A row stays this much longer than `history_seconds`. A client's cursor is as old as the last notification that it
 * got, or as its last recovery. So if a client was idle, its cursor may be as old as its connection was.
 */
export const HISTORY_SPARE_SECONDS = CONNECTION_ROW_SECONDS;

/** The `delete_at` of a row that is written at this time (epoch milliseconds). */
export function historyDeleteAt(now: number, historySeconds: number): number {
  return Math.ceil(now / 1_000) + historySeconds + HISTORY_SPARE_SECONDS;
}

/** The time before which notifications may be gone (epoch milliseconds). A recovery from an older cursor has a gap. */
export function historyBegins(now: number, historySeconds: number): number {
  return now - (historySeconds + HISTORY_SPARE_SECONDS) * 1_000;
}

/** `after` of a client that wants everything that is kept. */
export const CURSOR_OF_EVERYTHING = "0";

const TIME_DIGITS = 13;
const CURSOR = /^\d{13}-[0-9A-Za-z]{1,32}$/;

/**
 * A cursor: the time of the write in epoch milliseconds (13 digits), a hyphen, and a text that makes it unique. The
 * order of cursors is the order of their texts.
 *
 * @param now - Epoch milliseconds.
 * @param unique - 1 to 32 letters and digits, different for each row of a stream that is written in one millisecond.
 */
export function cursorAt(now: number, unique: string): string {
  return `${timeText(now)}-${unique}`;
}

/** The time of a cursor in epoch milliseconds, or undefined if the text is not a cursor. */
export function cursorTime(cursor: string): number | undefined {
  return CURSOR.test(cursor) ? Number(cursor.slice(0, TIME_DIGITS)) : undefined;
}

/** A text that is less than every cursor of this time (epoch milliseconds) and later. */
export function cursorsFrom(time: number): string {
  return timeText(time);
}

/** Before 2001 and after 2286, epoch milliseconds do not have 13 digits: such a time becomes the nearest that has. */
function timeText(time: number): string {
  return String(Math.min(9_999_999_999_999, Math.max(0, Math.floor(time)))).padStart(TIME_DIGITS, "0");
}
