import { CONTROL_BATCH_SIZE, CONTROL_MEMORY_MEGABYTES } from "../../src/contract/limits";
import type { Quotas } from "./account-capacity";
import { ASSUMED, DEFAULT_QUOTAS, MEASURED, MEGABYTES_PER_VCPU, VCPU_FACTOR } from "./assumptions";

/** All clients of a stack with history and channels, after all of them were cut off. */
export interface Cut {
  readonly connections: number;
  /** The notifications that each client has missed. */
  readonly missed: number;
}

export interface Comeback {
  /** Clients that connect and get all that they have missed, a second. */
  readonly clientsPerSecond: number;
  readonly limit: "new connections" | "throttle";
  readonly minutes: number;
  /** Control functions that run at the same time. */
  readonly functions: number;
}

/** The connect, and `recover` and `subscribe`, each with an answer. */
const REQUESTS_OF_CLIENT = 5;
const FRAMES_OF_CLIENT = 2;

/** How long it takes until every client has what it has missed. Each notification is a request of the account's throttle. */
export function comeback({ connections, missed }: Cut, quotas: Quotas = DEFAULT_QUOTAS): Comeback {
  const byThrottle = quotas.throttle.ratePerSecond / (REQUESTS_OF_CLIENT + missed);
  const clientsPerSecond = Math.min(quotas.newConnectionsPerSecond, byThrottle);
  return {
    clientsPerSecond,
    limit: byThrottle < quotas.newConnectionsPerSecond ? "throttle" : "new connections",
    minutes: connections / clientsPerSecond / 60,
    functions: Math.ceil(clientsPerSecond * functionSeconds(missed)),
  };
}

/** Seconds of a function for one client. A batch of frames is handled at once: it needs the CPU of all, and waits once. */
function functionSeconds(missed: number): number {
  const cpu =
    (FRAMES_OF_CLIENT * ASSUMED.frameCpuMicroseconds + missed * MEASURED.recoveryCpuMicroseconds * VCPU_FACTOR) *
    (MEGABYTES_PER_VCPU / CONTROL_MEMORY_MEGABYTES);
  const waits = missed * MEASURED.endpointLatencyMs * (FRAMES_OF_CLIENT / CONTROL_BATCH_SIZE);
  return Math.max(cpu / 1e6, waits / 1_000);
}
