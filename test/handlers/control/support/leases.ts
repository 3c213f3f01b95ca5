import {
  LEASE_MILLISECONDS,
  type LeaseHolder,
  type LeaseState,
  type RecoveryLease,
} from "../../../../handlers/control/recovery-lease";

/** The leases of all connections, in memory. */
export class Leases implements RecoveryLease {
  readonly #rows = new Map<string, { readonly until: number; readonly frame: string }>();

  async take({ connectionId, slot, frame }: LeaseHolder, now: number): Promise<LeaseState> {
    const key = `${connectionId} ${slot}`;
    const row = this.#rows.get(key);
    const isHeld = row !== undefined && row.until > now;
    if (isHeld && row.frame !== frame) return "busy";
    this.#rows.set(key, { until: now + LEASE_MILLISECONDS, frame });
    return isHeld ? "repeated" : "taken";
  }

  async give({ connectionId, slot, frame }: LeaseHolder, now: number): Promise<void> {
    this.#rows.set(`${connectionId} ${slot}`, { until: now, frame });
  }
}
