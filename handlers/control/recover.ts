import { CURSOR_OF_EVERYTHING, cursorTime, EVERYONE_STREAM } from "../../src/contract/history";
import { userStream } from "../shared/history-stream";
import type { Act, ActPorts } from "./act";
import { recoveredFrame } from "./frames";
import type { ControlFrame } from "./parse-frame";
import type { RecoveryLease } from "./recovery-lease";
import { RefusedError } from "./refusal";
import { currentCursor, type Replay, type ReplayFrom, replay } from "./replay";

/** `recover`: what the client has missed, in its user's own stream and in that of everyone. */
export const recover: Act = async ({ userId, connectionId }, { id, members }, ports) => {
  const { history, lease, historySeconds, clock, counts, guard } = ports;
  if (history === undefined || lease === undefined) throw new RefusedError("no_history", "this SUMU keeps no history");
  const from = placeOf(members);
  const isAllowed = guard.enter(connectionId, clock.now());
  if (isAllowed === "drop") return { outcome: "dropped" };
  if (isAllowed === "refuse") throw tooMany();
  try {
    const request = { userId, connectionId, streams: [userStream(userId), EVERYONE_STREAM] };
    const result: Replay | undefined =
      from === undefined
        ? { sent: 0, cursor: currentCursor(clock.now()), isMore: false, isGap: false }
        : await alone(connectionId, lease, ports, () =>
            replay({ ...request, ...from }, { ...ports, history, historySeconds }),
          );
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

/** Does the work, unless another function recovers on this connection. */
async function alone<Result>(
  connectionId: string,
  lease: RecoveryLease,
  { clock }: Pick<ActPorts, "clock">,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!(await lease.take(connectionId, clock.now()))) throw tooMany();
  try {
    return await work();
  } finally {
    // If it fails, the lease ends by itself.
    await lease.give(connectionId, clock.now()).catch(() => undefined);
  }
}

function tooMany(): RefusedError {
  return new RefusedError("too_many_requests", "this connection recovers already, or too often. Ask again later.");
}

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
