import { CURSOR_OF_EVERYTHING, cursorTime, EVERYONE_STREAM } from "../../src/contract/history";
import { userStream } from "../shared/history-stream";
import type { Act } from "./act";
import { recoveredFrame } from "./frames";
import type { ControlFrame } from "./parse-frame";
import { RefusedError } from "./refusal";
import { currentCursor, type ReplayFrom, replay } from "./replay";
import type { Replay } from "./replay-progress";
import { tooManyRecoveries, withLease } from "./with-lease";

/** The slot of the lease. A connection has one recovery at a time. */
const SLOTS = ["0"];

/** `recover`: what the client has missed, in its user's own stream and in that of everyone. */
export const recover: Act = async (request, { id, members }, ports) => {
  const { userId, connectionId, requestId } = request;
  const { history, lease, historySeconds, clock, counts, guard } = ports;
  if (history === undefined || lease === undefined) throw new RefusedError("no_history", "this SUMU keeps no history");
  const from = placeOf(members);
  const admission = guard.enter(connectionId, clock.now(), requestId);
  if (admission === "refuse") throw tooManyRecoveries();
  if (admission !== "go") return { outcome: admission === "drop" ? "dropped" : "repeated" };
  try {
    const streams = [userStream(userId), EVERYONE_STREAM];
    const result: Replay | "repeated" | undefined =
      from === undefined
        ? { sent: 0, cursor: currentCursor(clock.now()), isMore: false, isGap: false }
        : await withLease(SLOTS, request, { lease, clock }, () =>
            replay({ userId, connectionId, streams, ...from }, { ...ports, history, historySeconds }),
          );
    if (result === "repeated") return { outcome: result };
    if (result === undefined) return { outcome: "gone" };
    counts.Recovered += result.sent;
    if (result.isGap) counts.Gaps++;
    counts.Recoveries++;
    const { sent, isMore, isGap, failure } = result;
    return { outcome: "answered", frame: recoveredFrame(id, result), fields: { sent, isMore, isGap }, failure };
  } finally {
    guard.leave(connectionId);
  }
};

/**
 * Where the recovery begins. Undefined if the client only asks for the current cursor.
 *
 * @throws RefusedError `malformed`
 */
export function placeOf({ after, more }: ControlFrame["members"]): ReplayFrom | undefined {
  if (after !== undefined && !isPlace(after)) {
    throw new RefusedError("malformed", '`after` is not a cursor from SUMU or "0"');
  }
  if (more !== undefined && (more !== true || after === undefined)) {
    throw new RefusedError("malformed", "`more` is not true beside a cursor in `after`");
  }
  return after === undefined ? undefined : { after, isContinued: more === true };
}

function isPlace(value: unknown): value is string {
  return typeof value === "string" && (value === CURSOR_OF_EVERYTHING || cursorTime(value) !== undefined);
}
