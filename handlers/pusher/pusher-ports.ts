import type { Clock } from "../shared/clock";
import type { Log } from "../shared/log";
import type { ConnectionStore } from "./connection";
import type { ConnectionsEndpoint } from "./courier";
import type { HistoryStore } from "./history-store";
import type { Outbox } from "./outbox";
import type { RecentAnswers } from "./recent-answers";
import type { RevocationStore } from "./revocations-table";
import type { SubscriptionStore } from "./subscription";

export interface PusherPorts {
  readonly store: ConnectionStore;
  readonly endpoint: ConnectionsEndpoint;
  readonly outbox: Outbox;
  /** The table that `revoke` writes to; undefined if there is no such table. */
  readonly revocations?: RevocationStore | undefined;
  /** The table of notifications for clients that are away; undefined if no history is kept. */
  readonly history?: HistoryStore | undefined;
  /** The table of subscriptions; undefined if there are no channels. */
  readonly subscriptions?: SubscriptionStore | undefined;
  /** The container's memory of recent answers from `@connections`. */
  readonly recentAnswers: RecentAnswers;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
}

export interface PusherSettings {
  /** The limit of requests in flight to the endpoint. */
  readonly deliveryConcurrency: number;
  /** The limit of requests in flight to the table. */
  readonly readConcurrency: number;
  /** How many parts a broadcast of more than one page is split into. 1: never split. */
  readonly broadcastSegments: number;
}
