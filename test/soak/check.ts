import { checkDeliveries } from "./check-deliveries";
import { checkRecoveries } from "./check-recoveries";
import type { Fault } from "./fault";
import type { SoakRecord } from "./record";

/** Holds what each application saw against what was sent. It gives the faults, of which there must be none. */
export function check(record: SoakRecord): readonly Fault[] {
  const presence = record.events.flatMap((event): Fault[] =>
    event.kind === "presence" && event.isOnline !== event.isSaidOnline ? [{ kind: "presence", who: event.user }] : [],
  );
  return [...checkDeliveries(record), ...checkRecoveries(record), ...presence];
}
