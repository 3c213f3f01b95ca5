import {
  CURSOR_OF_EVERYTHING,
  cursorAt,
  cursorsFrom,
  cursorTime,
  historyBegins,
  RECOVERED_BYTES,
  RECOVERED_NOTIFICATIONS,
  RECOVERY_OVERLAP_MILLISECONDS,
} from "../../src/contract/history";
import { WEBSOCKET_PAYLOAD_BYTES } from "../../src/contract/limits";
import { AwsError } from "../aws/aws-error";
import type { Clock } from "../shared/clock";
import { notificationFrame } from "../shared/notification-frame";
import { entriesOf, type HistoryEntry, type HistoryReader } from "./read-history";
import { RefusedError } from "./refusal";
import type { Socket } from "./socket";

/** Where a client's recovery begins. */
export interface ReplayFrom {
  /** A cursor, or `0`. */
  readonly after: string;
  /** Whether the client goes on after an answer with `more`. */
  readonly isContinued: boolean;
}

export interface ReplayRequest extends ReplayFrom {
  readonly userId: string;
  readonly connectionId: string;
  readonly streams: readonly string[];
}

export interface ReplayPorts {
  readonly history: HistoryReader;
  readonly historySeconds: number;
  readonly socket: Socket;
  readonly clock: Clock;
}

/** What a client has got, and from where it goes on. */
export interface Replay {
  readonly sent: number;
  readonly cursor: string;
  /** There is more than one answer takes. */
  readonly isMore: boolean;
  /** Notifications may be missing. */
  readonly isGap: boolean;
  /** The code of the history's failure that ended it. */
  readonly failure?: string;
}

/** A client gets an answer after this time, even if there is more: so it knows that its recovery goes on. */
const WORK_MILLISECONDS = 20_000;

/** Entries that are read for one answer, those included that the client does not get. */
const ENTRIES_READ = 5 * RECOVERED_NOTIFICATIONS;

/** A cursor that is more than this in the future is not SUMU's: nobody knows what its client has. */
const CLOCKS_DIFFER_MILLISECONDS = 300_000;

/** The current place in the history: a later recovery from here misses nothing. */
export function currentCursor(now: number): string {
  return cursorAt(now, "0");
}

/**
 * Sends a client what the streams have after its cursor, in the order of the cursors, each notification once.
 *
 * @returns undefined if the client is gone
 * @throws {@link RefusedError} `unavailable`: nothing could be sent. And the errors of the history.
 */
export async function replay(request: ReplayRequest, ports: ReplayPorts): Promise<Replay | undefined> {
  const startedAt = ports.clock.now();
  const { from, isGap } = beginning(request, startedAt, ports.historySeconds);
  const progress = new Progress(startedAt + WORK_MILLISECONDS);
  try {
    for await (const entry of entriesOf(request.streams, from, ports.history)) {
      if (progress.isFull(entry, ports.clock.now())) return progress.more(isGap);
      if (progress.isNew(entry) && !entry.except?.has(request.userId)) {
        const text = notificationFrame({ ...entry, isRecovered: true });
        // The pusher keeps nothing that is too large. If it happens nevertheless, the client learns of it.
        if (Buffer.byteLength(text) > WEBSOCKET_PAYLOAD_BYTES) progress.lost = true;
        else {
          const result = await ports.socket.send(request.connectionId, text);
          if (result === "gone") return undefined;
          if (result === "failed") return progress.more(isGap);
          progress.sent++;
        }
        progress.given(entry);
      }
      progress.passed(entry);
    }
  } catch (error) {
    // The client goes on from here, and not from the beginning: else it would get everything again while a table is slow.
    if (error instanceof AwsError && progress.hasBegun) return { ...progress.more(isGap), failure: error.code };
    throw error;
  }
  return progress.complete(currentCursor(startedAt), isGap);
}

/** The cursor after which the streams are read, and whether entries before it may be missing. */
function beginning(
  { after, isContinued }: ReplayFrom,
  now: number,
  historySeconds: number,
): { readonly from: string; readonly isGap: boolean } {
  const begins = historyBegins(now, historySeconds);
  const oldest = cursorsFrom(begins);
  if (after === CURSOR_OF_EVERYTHING) return { from: oldest, isGap: false };
  const time = cursorTime(after) ?? 0;
  const from = isContinued ? after : cursorsFrom(time - RECOVERY_OVERLAP_MILLISECONDS);
  return { from: later(from, oldest), isGap: time < begins || time > now + CLOCKS_DIFFER_MILLISECONDS };
}

/** Cursors are ordered as texts. */
function later(one: string, other: string): string {
  return [one, other].sort()[1] ?? one;
}

/** A notification to two channels has the same id in both, and a client gets it for each. */
function keyOf({ id, channel = "" }: HistoryEntry): string {
  return `${channel} ${id}`;
}

/** How far one answer has come. */
class Progress {
  sent = 0;
  /** An entry could not be sent, and never can be. */
  lost = false;
  #bytes = 0;
  readonly #ids = new Set<string>();
  #read = 0;
  #cursor: string | undefined;

  constructor(private readonly endsAt: number) {}

  /** Whether the client can go on after an entry. */
  get hasBegun(): boolean {
    return this.#cursor !== undefined;
  }

  /** Whether the answer has no room for this entry. One entry always has room. */
  isFull({ data }: HistoryEntry, now: number): boolean {
    if (this.#cursor === undefined) return false;
    const isLong = this.#bytes + Buffer.byteLength(data) > RECOVERED_BYTES;
    return this.sent >= RECOVERED_NOTIFICATIONS || isLong || this.#read >= ENTRIES_READ || now >= this.endsAt;
  }

  /** The same notification may be in two streams, or twice in one. */
  isNew(entry: HistoryEntry): boolean {
    return !this.#ids.has(keyOf(entry));
  }

  /** Another entry with this id may be for other users: only what the client got is not sent again. */
  given(entry: HistoryEntry): void {
    this.#ids.add(keyOf(entry));
  }

  passed(entry: HistoryEntry): void {
    this.#cursor = entry.cursor;
    this.#bytes += Buffer.byteLength(entry.data);
    this.#read++;
  }

  /** The client goes on after the last entry. */
  more(isGap: boolean): Replay {
    if (this.#cursor === undefined) throw new RefusedError("unavailable", "nothing could be sent now. Ask again.");
    return { sent: this.sent, cursor: this.#cursor, isMore: true, isGap: isGap || this.lost };
  }

  complete(current: string, isGap: boolean): Replay {
    // The clock of the function that wrote the last entry may be ahead of this one.
    const cursor = later(current, this.#cursor ?? current);
    return { sent: this.sent, cursor, isMore: false, isGap: isGap || this.lost };
  }
}
