import { YOUNG_CONNECTION_MILLISECONDS } from "../../src/contract/limits";
import type { HttpFailure } from "../aws/http-error";

/** What came of one POST: the answer's status, or why there was none. `unaddressable`: no URL can hold the id. */
export type PostResult = number | HttpFailure | "unaddressable";

/** Why a connection did not get its message. A stable code: it goes into logs and dead letters. */
export type Reason =
  | "payload_too_large"
  | "forbidden"
  | "throttled"
  | "server_error"
  | "gone_while_connecting"
  | "timeout"
  | "reset"
  | "unreachable"
  | "unaddressable"
  | `status_${number}`;

/** What to do about a connection. */
export type Verdict =
  | { readonly kind: "delivered" | "gone" | "unsent" }
  /** `retry`: it passes. `refused`: it never will. */
  | { readonly kind: "retry" | "refused"; readonly reason: Reason };

const DELIVERED: Verdict = { kind: "delivered" };
const GONE: Verdict = { kind: "gone" };
const UNSENT: Verdict = { kind: "unsent" };

/**
 * Judges the answer of `@connections`.
 *
 * 410 also stands for a handshake still under way, whose row exists already: a young connection is retried, never removed.
 * 403 passes too: it is what a role answers whose policy has just been attached.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function judge(result: PostResult, connectedAt: number, now: number): Verdict {
  if (result === 200) return DELIVERED;
  if (typeof result === "string") return judgeFailure(result);
  if (result >= 200 && result < 300) return DELIVERED;
  if (result === 410) {
    return isYoung(connectedAt, now) ? { kind: "retry", reason: "gone_while_connecting" } : GONE;
  }
  if (result === 403) return { kind: "retry", reason: "forbidden" };
  if (result === 429) return { kind: "retry", reason: "throttled" };
  if (result >= 500) return { kind: "retry", reason: "server_error" };
  if (result === 413) return { kind: "refused", reason: "payload_too_large" };
  return { kind: "refused", reason: `status_${result}` };
}

/** Whether a connection began so lately that its handshake may still be under way. */
export function isYoung(connectedAt: number, now: number): boolean {
  return connectedAt > now - YOUNG_CONNECTION_MILLISECONDS;
}

function judgeFailure(failure: Exclude<PostResult, number>): Verdict {
  switch (failure) {
    case "deadline":
      return UNSENT;
    case "timeout":
      return { kind: "retry", reason: "timeout" };
    case "unaddressable":
      return { kind: "refused", reason: "unaddressable" };
    case "connect":
      return { kind: "retry", reason: "unreachable" };
    case "reset":
    case "protocol":
      return { kind: "retry", reason: "reset" };
  }
}
