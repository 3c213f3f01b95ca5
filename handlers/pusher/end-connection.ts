import { YOUNG_CONNECTION_MILLISECONDS } from "../../src/contract/limits";
import { PROTOCOLS } from "../../src/contract/tables";
import { fullJitterMs } from "../aws/backoff";
import type { Payload } from "../aws/connections-api";
import type { Clock } from "../shared/clock";
import { failureCode } from "../shared/failure-code";
import type { Log } from "../shared/log";
import type { Connection, ConnectionStore } from "./connection";
import type { ConnectionsEndpoint } from "./courier";
import { classify } from "./post-result";
import type { TimeBudget } from "./time-budget";

/** Requests to close one connection in one invocation: about 1.5 s of waiting. */
const MAX_CLOSES = 6;
const BACKOFF = { baseMs: 100, ceilingMs: 2_000 };

export interface EndConnectionPorts {
  readonly store: Pick<ConnectionStore, "removeGone">;
  readonly endpoint: ConnectionsEndpoint;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly budget: TimeBudget;
}

/**
 * The result of ending a connection: ended by this call; already gone; its handshake has not ended, so it can be closed
 * only later; out of time; or a stable code of why it could not be closed.
 */
export type Ending = "ended" | "gone" | "connecting" | "out_of_time" | { readonly failure: string };

/**
 * Sends a client of protocol 2 the reason, closes the connection, and removes its row. `$disconnect` also removes the
 * row, but API Gateway does not guarantee that it runs. Never throws.
 */
export async function endConnection(
  connection: Connection,
  farewell: Payload,
  ports: EndConnectionPorts,
): Promise<Ending> {
  const { endpoint, clock, random, budget } = ports;
  const { connectionId, connectedAt, protocol } = connection;
  if (clock.now() >= budget.stopAt) return "out_of_time";
  // The reason is only a courtesy: the connection is ended even if the client cannot get the reason.
  if (protocol === PROTOCOLS.envelopes) await endpoint.post(connectionId, farewell, budget.requestsEndAt);
  for (let tries = 1; ; tries++) {
    if (clock.now() >= budget.stopAt) return "out_of_time";
    const result = await endpoint.close(connectionId, budget.requestsEndAt);
    const outcome = classify(result, connectedAt, clock.now());
    switch (outcome.kind) {
      case "delivered":
        await removeRow(connection, Number.MAX_SAFE_INTEGER, ports);
        return "ended";
      case "gone":
        await removeRow(connection, clock.now() - YOUNG_CONNECTION_MILLISECONDS, ports);
        return "gone";
      case "unsent":
        return "out_of_time";
      case "refused":
        return { failure: outcome.reason };
      case "retry":
        if (outcome.reason === "gone_while_connecting") return "connecting";
        if (tries >= MAX_CLOSES) return { failure: outcome.reason };
        await new Promise<void>((resolve) => clock.after(fullJitterMs(tries, BACKOFF, random), resolve));
    }
  }
}

/** If a row cannot be removed now, the next notification finds its connection gone. */
async function removeRow(
  connection: Connection,
  connectedBefore: number,
  { store, budget, log }: EndConnectionPorts,
): Promise<void> {
  try {
    await store.removeGone(connection, connectedBefore, budget.requestsEndAt);
  } catch (error) {
    log.warn("remove_failed", { failure: failureCode(error) });
  }
}
