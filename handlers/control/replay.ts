import {
  CURSOR_OF_EVERYTHING,
  cursorAt,
  cursorsFrom,
  cursorTime,
  historyBegins,
  RECOVERY_OVERLAP_MILLISECONDS,
} from "../../src/contract/history";
import { WEBSOCKET_PAYLOAD_BYTES } from "../../src/contract/limits";
import { AwsError } from "../aws/aws-error";
import type { Clock } from "../shared/clock";
import { notificationFrame } from "../shared/notification-frame";
import { entriesOf, type HistoryReader } from "./read-history";
import { later, Progress, type Replay } from "./replay-progress";
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

/** A client gets an answer after this time, even if there is more: so it knows that its recovery goes on. */
const WORK_MILLISECONDS = 20_000;

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
