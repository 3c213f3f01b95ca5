import { CONNECTION_LIFETIME_SECONDS } from "../../src/contract/limits";
import { DEFAULT_QUOTAS } from "./assumptions";

/** How often an idle client of the client library sends: its keepalive, and its refresh after 99 to 110 minutes. */
export const CLIENT = { keepaliveSeconds: 300, refreshSeconds: 6_270 } as const;

export interface Quotas {
  readonly throttle: { readonly ratePerSecond: number };
  readonly newConnectionsPerSecond: number;
}

export interface AccountCapacity {
  readonly connections: number;
  /** Requests a second that idle clients take: pings, and connections that take over. */
  readonly idlePerSecond: number;
  /** Requests a second that are left for posts to connections and for messages of clients. */
  readonly leftPerSecond: number;
  readonly broadcastsPerMinute: number;
  /** Minutes until all clients are back, after all of them were cut off. */
  readonly reconnectMinutes: number;
}

/** The part of an account's quotas that is left beside a number of open connections. */
export function accountCapacity(connections: number, quotas: Quotas = DEFAULT_QUOTAS): AccountCapacity {
  const idlePerSecond = connections * idleRequestsPerSecond();
  const leftPerSecond = Math.max(0, quotas.throttle.ratePerSecond - idlePerSecond);
  return {
    connections,
    idlePerSecond,
    leftPerSecond,
    broadcastsPerMinute: (leftPerSecond * 60) / connections,
    reconnectMinutes: connections / quotas.newConnectionsPerSecond / 60,
  };
}

/** The most connections that an account can hold, by each quota. */
export function connectionLimits(quotas: Quotas = DEFAULT_QUOTAS): {
  readonly byNewConnections: number;
  readonly byRefresh: number;
  readonly byThrottle: number;
} {
  return {
    byNewConnections: quotas.newConnectionsPerSecond * CONNECTION_LIFETIME_SECONDS,
    byRefresh: quotas.newConnectionsPerSecond * CLIENT.refreshSeconds,
    byThrottle: Math.floor(quotas.throttle.ratePerSecond / idleRequestsPerSecond()),
  };
}

function idleRequestsPerSecond(): number {
  return 1 / CLIENT.keepaliveSeconds + 1 / CLIENT.refreshSeconds;
}
