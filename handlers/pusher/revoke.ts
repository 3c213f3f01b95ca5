import { failureCode } from "../shared/failure-code";
import { type DisconnectPorts, disconnect } from "./disconnect";
import { eachUser } from "./each-user";
import { revokeBodies } from "./ending-continuation";
import { type Bodies, handOver, send } from "./hand-over-users";
import { MalformedNotificationError } from "./notification";
import type { Revoke } from "./request";
import type { RevocationStore } from "./revocations-table";

/** The reason that a client gets if its tokens are revoked. */
const REVOKED = "revoked";

export interface RevokePorts extends DisconnectPorts {
  /** Undefined: `revocations` is off. */
  readonly revocations?: RevocationStore | undefined;
}

/**
 * Writes the revocations, then ends the connections of the users.
 *
 * @throws {@link MalformedNotificationError} There is no table of revocations.
 */
export async function revoke(request: Revoke, ports: RevokePorts): Promise<boolean> {
  const { revocations, reads, clock, budget } = ports;
  if (revocations === undefined) {
    throw new MalformedNotificationError(
      "the module's input `revocations` is false: set it to true, and send the request again",
      "revocations_not_enabled",
    );
  }
  const { attempt, issuedBefore } = request;
  const left = await eachUser(request.users, async (user) => {
    try {
      return await reads.run(async () => {
        const now = clock.now();
        if (now >= budget.stopAt) return "out_of_time";
        await revocations.revoke(user, issuedBefore, Math.floor(now / 1_000), budget.requestsEndAt);
        return undefined;
      });
    } catch (error) {
      return { failure: failureCode(error) };
    }
  });
  const done = request.users.filter((user) => !left.has(user));
  const bodies: Bodies = (some, next, why) => revokeBodies({ issuedBefore }, some, next, why);
  const isHandedOver = await send(handOver(left, attempt, bodies, ports, done.length), ports);
  return (await disconnect({ users: done, reason: REVOKED, attempt: 1 }, ports)) && isHandedOver;
}
