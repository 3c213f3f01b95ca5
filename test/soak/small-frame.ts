/** Frames that the small client reads. */
export interface Frame {
  readonly type?: string;
  readonly id?: string;
  readonly data?: unknown;
  readonly cursor?: string;
  readonly recovered?: boolean;
  readonly more?: boolean;
  readonly gap?: boolean;
  readonly action?: string;
  readonly reason?: string;
  readonly channel?: string;
  readonly from?: string;
  readonly channels?: readonly string[];
  readonly notification?: string;
}

/** Sends a frame over the open connection. */
export type SendFrame = (frame: object) => void;

/** The function answers through a queue. */
export const ANSWER_PATIENCE_MS = 30_000;
export const ASK_AGAIN_MS = 3_000;

/** These refusals pass. */
export const isForNow = (reason: string | undefined): boolean =>
  reason === "too_many_requests" || reason === "unavailable";
