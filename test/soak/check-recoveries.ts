import { cursorTime } from "../../src/contract/history";
import type { Fault, FaultKind } from "./fault";
import type { AskedEvent, RecoveredEvent, ReplayedEvent, SoakRecord } from "./record";

/** The recovery of a connection. */
interface Recovery {
  /** Asked, and not answered. */
  isOpen: boolean;
  /** A client that waits too long asks again, and two answers may come at the same time. Their order says nothing. */
  isBlurred: boolean;
  /** The cursor of the last notification that came from history. */
  last: string;
  /** The notifications that have come from history. */
  readonly ids: Set<string>;
}

/** Why an application may be told of a gap, and whether it was. */
interface Gaps {
  mustBeTold: boolean;
  mayBeTold: boolean;
  isTold: boolean;
}

/**
 * A recovery brings the notifications in the order of their cursors, then its end, and nothing from history after that.
 * An application is told of a gap if its cursor is older than what is kept. It may be told if it has no cursor yet.
 */
export function checkRecoveries({ events }: SoakRecord): readonly Fault[] {
  const faults: Fault[] = [];
  const recoveries = new Map<number, Recovery>();
  const gaps = new Map<string, Gaps>();
  for (const event of events) {
    switch (event.kind) {
      case "gap":
        entry(gaps, event.app, noGap).isTold = true;
        break;
      case "asked":
        ask(event, entry(recoveries, event.connection, notAsked), entry(gaps, event.app, noGap));
        break;
      case "refused":
        entry(recoveries, event.connection, notAsked).isOpen = false;
        break;
      case "replayed":
      case "recovered": {
        const recovery = entry(recoveries, event.connection, notAsked);
        const kind = event.kind === "replayed" ? replay(event, recovery) : end(event, recovery);
        const isTold = kind !== undefined && !recovery.isBlurred;
        if (isTold) faults.push({ kind, who: event.app, ...(event.kind === "replayed" && { id: event.id }) });
      }
    }
  }
  for (const [who, { mustBeTold, mayBeTold, isTold }] of gaps) {
    if (mustBeTold && !isTold) faults.push({ kind: "gap_hidden", who });
    if (isTold && !mustBeTold && !mayBeTold) faults.push({ kind: "gap_untrue", who });
  }
  return faults;
}

const notAsked = (): Recovery => ({ isOpen: false, isBlurred: false, last: "", ids: new Set() });
const noGap = (): Gaps => ({ mustBeTold: false, mayBeTold: false, isTold: false });

function ask({ after, keptSince }: AskedEvent, recovery: Recovery, gaps: Gaps): void {
  if (recovery.isOpen) recovery.isBlurred = true;
  recovery.isOpen = true;
  if (after === undefined) gaps.mayBeTold = true;
  else if ((cursorTime(after) ?? Number.POSITIVE_INFINITY) < keptSince) gaps.mustBeTold = true;
}

function replay({ id, cursor }: ReplayedEvent, recovery: Recovery): FaultKind | undefined {
  const { last, isOpen, ids } = recovery;
  // A post that seemed to fail was tried again, and has arrived late all the same. The client knows its id.
  if (ids.has(id)) return undefined;
  ids.add(id);
  recovery.last = cursor;
  if (!isOpen) return "late";
  return cursor < last ? "order" : undefined;
}

function end({ cursor }: RecoveredEvent, recovery: Recovery): FaultKind | undefined {
  recovery.isOpen = false;
  return cursor < recovery.last ? "cursor" : undefined;
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}
