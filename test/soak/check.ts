import { checkDeliveries } from "./check-deliveries";
import { checkRecoveries } from "./check-recoveries";
import { checkRights } from "./check-rights";
import type { Fault } from "./fault";
import type { SoakEvent, SoakRecord } from "./record";

/** Holds what each application saw against what was sent. It gives the faults, of which there must be none. */
export function check(record: SoakRecord): readonly Fault[] {
  return [
    ...checkDeliveries(record),
    ...checkRecoveries(record),
    ...checkRights(record),
    ...record.events.flatMap(faultAtEnd),
  ];
}

/** What is compared when everything is over. */
function faultAtEnd(event: SoakEvent): readonly Fault[] {
  if (event.kind === "presence" && event.isOnline !== event.isSaidOnline)
    return [{ kind: "presence", who: event.user }];
  if (event.kind !== "row" || event.isWanted === event.isInTable) return [];
  const { who, channel } = event;
  return [{ kind: event.isWanted ? "member_missing" : "member_extra", who, channel }];
}
