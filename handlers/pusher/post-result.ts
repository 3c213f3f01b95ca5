import { YOUNG_CONNECTION_MILLISECONDS } from "../../src/contract/limits";
import type { PostResult } from "../aws/connections-api";
import type { HttpFailure } from "../aws/http-error";

/** Why a connection did not get its message: a stable code for logs and dead letters. */
export type Reason =
  | "payload_too_large"
  | "forbidden"
  | "throttled"
  | "server_error"
  | "gone_while_connecting"
  | "timeout"
  | "reset"
  | "unreachable"
  | `status_${number}`;

/** The meaning of an answer for the connection. */
export type PostOutcome =
  | { readonly kind: "delivered" | "gone" | "unsent" }
  /** `retry`: a later try may succeed. `refused`: no try can succeed. */
  | { readonly kind: "retry" | "refused"; readonly reason: Reason };

const DELIVERED: PostOutcome = { kind: "delivered" };
const GONE: PostOutcome = { kind: "gone" };
const UNSENT: PostOutcome = { kind: "unsent" };

/**
 * Says what an answer of `@connections` means.
 *
 * During a handshake the row exists already and the answer is 410: a young connection is tried again, never removed.
 * 400 is the answer for an id that API Gateway has never given out. Such a row is removed too, and a young one is tried
 * again: nobody has seen what a handshake's first moments answer.
 * 403 counts as temporary: a newly attached policy takes some seconds to apply.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function classify(result: PostResult, connectedAt: number, now: number): PostOutcome {
  if (result === 200) return DELIVERED;
  if (result === "unaddressable") return classifyGone(connectedAt, now);
  if (typeof result === "string") return classifyFailure(result);
  if (result >= 200 && result < 300) return DELIVERED;
  if (result === 410 || result === 400) return classifyGone(connectedAt, now);
  if (result === 403) return { kind: "retry", reason: "forbidden" };
  if (result === 429) return { kind: "retry", reason: "throttled" };
  if (result >= 500) return { kind: "retry", reason: "server_error" };
  if (result === 413) return { kind: "refused", reason: "payload_too_large" };
  return { kind: "refused", reason: `status_${result}` };
}

/** Whether a connection is so new that its handshake may not have ended. */
export function isYoung(connectedAt: number, now: number): boolean {
  return connectedAt > now - YOUNG_CONNECTION_MILLISECONDS;
}

function classifyGone(connectedAt: number, now: number): PostOutcome {
  return isYoung(connectedAt, now) ? { kind: "retry", reason: "gone_while_connecting" } : GONE;
}

function classifyFailure(failure: HttpFailure): PostOutcome {
  switch (failure) {
    case "deadline":
      return UNSENT;
    case "timeout":
      return { kind: "retry", reason: "timeout" };
    case "connect":
      return { kind: "retry", reason: "unreachable" };
    case "reset":
    case "protocol":
      return { kind: "retry", reason: "reset" };
  }
}
