import type { ControlAction, RefusalReason } from "../../src/contract/control";
import { PROTOCOLS } from "../../src/contract/tables";
import { AwsError } from "../aws/aws-error";
import type { LogFields } from "../shared/log";
import type { Act, ActPorts } from "./act";
import { refusedFrame } from "./frames";
import { frameId, parseFrame } from "./parse-frame";
import { post } from "./post";
import type { ControlRequest } from "./read-request";
import { recover } from "./recover";
import { RefusedError } from "./refusal";
import { subscribe } from "./subscribe";
import { unsubscribe } from "./unsubscribe";

/** What is done for each control route. */
const ACTS: Readonly<Record<ControlAction, Act>> = { recover, subscribe, unsubscribe, post };

/** What became of a frame, for the log. */
export interface Handled {
  readonly outcome: "answered" | "gone" | "dropped" | "repeated" | "refused" | "unanswered";
  readonly reason?: RefusalReason;
  /** The code of the service's failure, if there was one. */
  readonly failure?: string;
  readonly fields?: LogFields;
}

/**
 * Handles one control frame: does what it asks for, or refuses it, and answers on the socket. A service that fails is
 * the client's to know: it gets `unavailable` and asks again. So SQS does not deliver the frame again.
 *
 * @throws an error that is not a service's: a fault of this function
 */
export async function handleRequest(request: ControlRequest, ports: ActPorts): Promise<Handled> {
  try {
    checkConnection(request, ports.clock.now());
    const result = await ACTS[request.action](request, parseFrame(request.body), ports);
    if (result.outcome === "dropped") ports.counts.FramesRefused++;
    if (result.outcome !== "answered") return result;
    const { frame, fields, failure } = result;
    return { ...(await answer(request, frame, ports)), fields, ...(failure !== undefined && { failure }) };
  } catch (error) {
    const refusal = refusalFor(error);
    ports.counts.FramesRefused++;
    if (isDropped(refusal, request, ports)) return { outcome: "dropped", reason: refusal.reason };
    const frame = refusedFrame(frameId(request.body), request.action, refusal);
    const { outcome } = await answer(request, frame, ports);
    return {
      outcome: outcome === "answered" ? "refused" : outcome,
      reason: refusal.reason,
      ...(error instanceof AwsError && { failure: error.code }),
    };
  }
}

function checkConnection({ protocol, expiresAt }: ControlRequest, now: number): void {
  if (protocol !== PROTOCOLS.envelopes) {
    throw new RefusedError("protocol", "this route needs protocol 2: connect with &protocol=2");
  }
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new RefusedError(
      "connection_ended",
      "the token of this connection has ended. Connect again with a new token.",
    );
  }
}

function refusalFor(error: unknown): RefusedError {
  if (error instanceof RefusedError) return error;
  if (error instanceof AwsError) return new RefusedError("unavailable", "a service does not answer. Ask again.");
  throw error;
}

/** Whether a connection has got so many refusals that it gets none now. A service's failure is not the client's fault. */
function isDropped({ reason }: RefusedError, { connectionId }: ControlRequest, ports: ActPorts): boolean {
  if (reason === "unavailable" || reason === "too_many_requests") return false;
  return ports.refusalGuard.enter(connectionId, ports.clock.now()) !== "go";
}

async function answer(
  { connectionId }: ControlRequest,
  frame: string,
  { socket }: ActPorts,
): Promise<{ readonly outcome: "answered" | "gone" | "unanswered" }> {
  const result = await socket.send(connectionId, frame);
  return { outcome: result === "sent" ? "answered" : result === "gone" ? "gone" : "unanswered" };
}
