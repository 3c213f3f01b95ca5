import type { ControlAction } from "../../src/contract/control";
import type {
  PostedFrame,
  RecoveredFrame,
  RefusedFrame,
  SubscribedFrame,
  UnsubscribedFrame,
} from "../../src/contract/frames";
import type { RefusedError } from "./refusal";
import type { Replay } from "./replay-progress";

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

/** What a client has got of what it missed in channels. Only the cursor, if it asked for nothing. */
export interface Missed {
  readonly sent?: number;
  /** Undefined if no history is kept. */
  readonly cursor?: string;
  readonly isMore?: boolean;
  readonly isGap?: boolean;
  /** The code of the history's failure that ended it. */
  readonly failure?: string;
}

/** JSON text of a SubscribedFrame. */
export function subscribedFrame(
  id: string,
  { channels, refused }: Pick<SubscribedFrame, "channels" | "refused">,
  missed: Missed | undefined,
): string {
  const { cursor, isMore, isGap } = missed ?? {};
  const frame: SubscribedFrame = {
    type: "subscribed",
    id,
    channels,
    refused,
    ...(cursor !== undefined && { cursor }),
    ...(isMore !== undefined && { complete: !isMore && !isGap }),
    ...(isMore && { more: true }),
    ...(isGap && { gap: true }),
  };
  return JSON.stringify(frame);
}

/** JSON text of an UnsubscribedFrame. */
export function unsubscribedFrame(id: string, channels: readonly string[]): string {
  return JSON.stringify({ type: "unsubscribed", id, channels } satisfies UnsubscribedFrame);
}

/** JSON text of a PostedFrame. */
export function postedFrame(id: string, notification: string): string {
  return JSON.stringify({ type: "posted", id, notification } satisfies PostedFrame);
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
