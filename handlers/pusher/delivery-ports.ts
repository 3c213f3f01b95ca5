import type { Clock } from "../shared/clock";
import type { Connection } from "./connection";
import type { Recipient } from "./courier";
import type { Reason } from "./post-result";

/** The dependencies of a delivery. */
export interface DeliveryPorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Called for each delivery, with its time in epoch milliseconds. */
  readonly onDelivered: (at: number) => void;
  /** Removes the row of a connection that is gone. Never throws. */
  readonly removeGone: (connection: Connection) => Promise<void>;
  /** Removes a row that has expired. Never throws. */
  readonly removeExpired: (connection: Connection) => Promise<void>;
  /** Closes a connection whose time is over, and removes its row. Never throws. */
  readonly end: (connection: Connection) => Promise<void>;
  /** Gets a connection that can never receive this message. */
  readonly onRefused: (connection: Connection, reason: Reason) => void;
  /** Gets a connection that a later invocation tries again. */
  readonly onPostponed: (recipient: Recipient, reason: Reason) => void;
  /** Gets a connection that was not tried in time after its row was read: its user is notified again. */
  readonly onStale: (recipient: Recipient) => void;
}
