import type { ControlAction } from "../../src/contract/control";
import type { RecoveredFrame, RefusedFrame } from "../../src/contract/frames";
import type { RefusedError } from "./refusal";
import type { Replay } from "./replay";

/** JSON text of a RecoveredFrame. */
export function recoveredFrame(id: string, { cursor, isMore, isGap }: Omit<Replay, "sent">): string {
  const frame: RecoveredFrame = {
    type: "recovered",
    id,
    cursor,
    complete: !isMore && !isGap,
    ...(isMore && { more: true }),
    ...(isGap && { gap: true }),
  };
  return JSON.stringify(frame);
}

/** JSON text of a RefusedFrame. */
export function refusedFrame(
  id: string | undefined,
  action: ControlAction,
  { reason, message }: Pick<RefusedError, "reason" | "message">,
): string {
  const frame: RefusedFrame = { type: "refused", ...(id !== undefined && { id }), action, reason, message };
  return JSON.stringify(frame);
}
