import { CURSOR_OF_EVERYTHING, cursorTime, EVERYONE_STREAM } from "../../src/contract/history";
import { userStream } from "../shared/history-stream";
import type { Act } from "./act";
import { recoveredFrame } from "./frames";
import type { ControlFrame } from "./parse-frame";
import { RefusedError } from "./refusal";
import { currentCursor, type Replay, type ReplayFrom, replay } from "./replay";

/** `recover`: what the client has missed, in its user's own stream and in that of everyone. */
export const recover: Act = async ({ userId, connectionId }, { id, members }, ports) => {
  const { history, historySeconds, clock, counts, guard } = ports;
  if (history === undefined) throw new RefusedError("no_history", "this SUMU keeps no history");
  const from = placeOf(members);
  const isAllowed = guard.enter(connectionId, clock.now());
  if (isAllowed === "drop") return { outcome: "dropped" };
  if (isAllowed === "refuse") {
    throw new RefusedError("too_many_requests", "this connection recovers already, or too often. Ask again later.");
  }
  try {
    const result: Replay | undefined =
      from === undefined
        ? { sent: 0, cursor: currentCursor(clock.now()), isMore: false, isGap: false }
        : await replay(
            { userId, connectionId, streams: [userStream(userId), EVERYONE_STREAM], ...from },
            { ...ports, history, historySeconds },
          );
    if (result === undefined) return { outcome: "gone" };
    counts.Recovered += result.sent;
    if (result.isGap) counts.Gaps++;
    counts.Recoveries++;
    const { sent, isMore, isGap } = result;
    return { outcome: "answered", frame: recoveredFrame(id, result), fields: { sent, isMore, isGap } };
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
