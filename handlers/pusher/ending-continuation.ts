import { isJsonObject } from "../shared/json-object";
import { CONTINUATION, CONTINUATION_MALFORMED } from "./continuation";
import { fill } from "./fill-bodies";
import { MalformedNotificationError } from "./notification";
import type { Disconnect, Revoke } from "./request";

/**
 * The messages with the users whose connections must still be ended, each small enough for the queue.
 *
 * @param why - Set on a dead letter. If it is sent back to the notifications queue (a redrive), it is tried again. It
 * ends no connection that began after the request was first handled.
 */
export function disconnectBodies(
  { reason, until }: Pick<Disconnect, "reason" | "until">,
  users: readonly string[],
  attempt: number,
  why?: string,
): string[] {
  const state = { attempt, until, reason: why };
  return bodies(users, `"reason":${JSON.stringify(reason)}`, "disconnect", state);
}

/** The same as {@link disconnectBodies}, for users whose revocation is not written yet. */
export function revokeBodies(
  { issuedBefore }: Pick<Revoke, "issuedBefore">,
  users: readonly string[],
  attempt: number,
  why?: string,
): string[] {
  return bodies(users, `"issued_before":${issuedBefore}`, "revoke", { attempt, reason: why });
}

/**
 * @param state - The member in which {@link disconnectBodies} has stored the state; undefined in a backend's request.
 * @throws {@link MalformedNotificationError}
 */
export function readDisconnectState(state: unknown): Pick<Disconnect, "attempt" | "until"> {
  const attempt = readAttempt(state);
  const until = isJsonObject(state) ? state.until : undefined;
  if (until === undefined) return { attempt };
  if (typeof until !== "number") throw new MalformedNotificationError(CONTINUATION_MALFORMED);
  return { attempt, until };
}

/**
 * @param state - The member in which {@link revokeBodies} has stored the state; undefined in a backend's request.
 * @throws {@link MalformedNotificationError}
 */
export function readRevokeState(state: unknown): Pick<Revoke, "attempt"> {
  return { attempt: readAttempt(state) };
}

function bodies(users: readonly string[], rest: string, name: string, state: object): string[] {
  const tail = `],${rest}},"${CONTINUATION}":${JSON.stringify(state)}}`;
  const items = users.map((user) => JSON.stringify(user));
  return fill(`{"${name}":{"users":[`, items, tail);
}

function readAttempt(state: unknown): number {
  if (state === undefined) return 1;
  const attempt = isJsonObject(state) ? state.attempt : undefined;
  if (typeof attempt !== "number" || !Number.isSafeInteger(attempt) || attempt < 1) {
    throw new MalformedNotificationError(CONTINUATION_MALFORMED);
  }
  return attempt;
}
