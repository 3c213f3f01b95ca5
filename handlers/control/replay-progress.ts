import { RECOVERED_BYTES, RECOVERED_NOTIFICATIONS } from "../../src/contract/history";
import type { HistoryEntry } from "./read-history";
import { RefusedError } from "./refusal";

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

/** Entries that are read for one answer, those included that the client does not get. */
const ENTRIES_READ = 5 * RECOVERED_NOTIFICATIONS;

/** Cursors are ordered as texts. */
export function later(one: string, other: string): string {
  return [one, other].sort()[1] ?? one;
}

/** A notification to two channels has the same id in both, and a client gets it for each. */
function keyOf({ id, channel = "" }: HistoryEntry): string {
  return `${channel} ${id}`;
}

/** How far one answer has come. */
export class Progress {
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
