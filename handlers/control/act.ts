import type { CONTROL_METRICS } from "../../src/contract/control-handler";
import type { Clock } from "../shared/clock";
import type { LogFields } from "../shared/log";
import type { FloodGuard } from "./flood-guard";
import type { ControlFrame } from "./parse-frame";
import type { HistoryReader } from "./read-history";
import type { ControlRequest } from "./read-request";
import type { RecoveryLease } from "./recovery-lease";
import type { Socket } from "./socket";
import type { ChannelPorts } from "./subscriptions";

/** What the actions need. */
export interface ActPorts {
  readonly socket: Socket;
  /** Undefined if no history is kept. */
  readonly history: HistoryReader | undefined;
  /** Undefined if no history is kept. */
  readonly lease: RecoveryLease | undefined;
  readonly historySeconds: number;
  /** Limits the recoveries of a connection in this function. The lease limits them in all functions, with those in channels. */
  readonly guard: FloodGuard;
  /** Limits the refusals that a connection gets from this function. */
  readonly refusalGuard: FloodGuard;
  /** Undefined if there are no channels. */
  readonly channels?: ChannelPorts | undefined;
  readonly clock: Clock;
  /** The metrics of the invocation so far. */
  readonly counts: Record<keyof (typeof CONTROL_METRICS)["units"], number>;
}

/**
 * What became of a control frame: its answer, or nobody to answer to. `dropped`: the connection sends too many.
 * `repeated`: SQS has delivered the frame twice, and it gets its answer from the other delivery.
 */
export type ActResult =
  | {
      readonly outcome: "answered";
      readonly frame: string;
      readonly fields?: LogFields;
      /** The code of a service's failure, after which a part could be done nevertheless. */
      readonly failure?: string | undefined;
    }
  | { readonly outcome: "gone" | "dropped" | "repeated" };

/**
 * Does what a control frame asks for.
 *
 * @throws RefusedError with the reason for the client. And the errors of the services: the client gets `unavailable`.
 */
export type Act = (request: ControlRequest, frame: ControlFrame, ports: ActPorts) => Promise<ActResult>;
