import type { ActPorts } from "./act";
import type { ControlRequest } from "./read-request";
import type { RecoveryLease } from "./recovery-lease";
import { RefusedError } from "./refusal";

/**
 * Does the work with the first free slot of the connection.
 *
 * @param slots - as many frames of the connection do such work at once, in all functions together
 * @returns `repeated` if SQS has delivered the frame twice, and the work is being done
 * @throws RefusedError `too_many_requests`: no slot is free
 */
export async function withLease<Result>(
  slots: readonly string[],
  { connectionId, requestId }: ControlRequest,
  { lease, clock }: Pick<ActPorts, "clock"> & { readonly lease: RecoveryLease },
  work: () => Promise<Result>,
): Promise<Result | "repeated"> {
  for (const slot of slots) {
    const holder = { connectionId, slot, frame: requestId };
    const state = await lease.take(holder, clock.now());
    if (state === "repeated") return state;
    if (state === "busy") continue;
    try {
      return await work();
    } finally {
      // If it fails, the lease ends by itself.
      await lease.give(holder, clock.now()).catch(() => undefined);
    }
  }
  throw tooManyRecoveries();
}

export function tooManyRecoveries(): RefusedError {
  return new RefusedError("too_many_requests", "this connection recovers already, or too often. Ask again later.");
}
