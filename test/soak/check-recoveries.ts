import { cursorTime } from "../../src/contract/history";
import type { Fault, FaultKind } from "./fault";
import type { GapEvent, SoakRecord } from "./record";
import type { AskedEvent, RecoveredEvent, RefusedEvent, ReplayedEvent } from "./record-recoveries";

/** The recovery of a connection: what is for its user and for everyone, or what is in a channel. */
interface Recovery {
  /**
   * `open`: asked, and not answered. `unfinished`: refused, or there is more, so the client asks again. A post of the last
   * recovery may still be on its way then.
   */
  state: "open" | "unfinished" | "complete";
  /** A client that waits too long asks again, and two answers may come at the same time. Their order says nothing. */
  isBlurred: boolean;
  /** The cursor of the last notification that came from history. */
  last: string;
  /** The notifications that have come from history. */
  readonly ids: Set<string>;
}

/** Why an application may be told of a gap, and whether it was. */
interface Gaps {
  readonly about: Pick<Fault, "who" | "channel">;
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
  const recoveries = new Map<string, Recovery>();
  const gaps = new Map<string, Gaps>();
  const recoveryOf = ({ connection, channel = "" }: AskedEvent | RefusedEvent | ReplayedEvent | RecoveredEvent) =>
    entry(recoveries, `${connection} ${channel}`, notAsked);
  const gapsOf = ({ app, channel }: AskedEvent | GapEvent) =>
    entry(gaps, nameOf(app, channel), () => noGap(app, channel));
  for (const event of events) {
    switch (event.kind) {
      case "gap":
        gapsOf(event).isTold = true;
        break;
      case "asked":
        ask(event, recoveryOf(event), gapsOf(event));
        break;
      case "refused":
        recoveryOf(event).state = "unfinished";
        break;
      case "replayed":
      case "recovered": {
        const recovery = recoveryOf(event);
        const kind = event.kind === "replayed" ? replay(event, recovery) : end(event, recovery);
        const isTold = kind !== undefined && !recovery.isBlurred;
        if (isTold) {
          const { app: who, channel } = event;
          const id = event.kind === "replayed" && { id: event.id };
          faults.push({ kind, who, ...(channel !== undefined && { channel }), ...id });
        }
      }
    }
  }
  for (const { about, mustBeTold, mayBeTold, isTold } of gaps.values()) {
    if (mustBeTold && !isTold) faults.push({ kind: "gap_hidden", ...about });
    if (isTold && !mustBeTold && !mayBeTold) faults.push({ kind: "gap_untrue", ...about });
  }
  return faults;
}

const notAsked = (): Recovery => ({ state: "complete", isBlurred: false, last: "", ids: new Set() });
const noGap = (who: string, channel: string | undefined): Gaps => ({
  about: { who, ...(channel !== undefined && { channel }) },
  mustBeTold: false,
  mayBeTold: false,
  isTold: false,
});
const nameOf = (app: string, channel = ""): string => `${app} ${channel}`;

function ask({ after, channel, isContinued, keptSince }: AskedEvent, recovery: Recovery, gaps: Gaps): void {
  if (recovery.state === "open") recovery.isBlurred = true;
  recovery.state = "open";
  // Each recovery has its own order: an entry with an older cursor may have been written since the last one.
  if (!isContinued) recovery.last = "";
  if (after === undefined) gaps.mayBeTold = true;
  else if ((cursorTime(after) ?? Number.POSITIVE_INFINITY) < keptSince) {
    // An application that does not want the channel any more is not told.
    if (channel === undefined) gaps.mustBeTold = true;
    else gaps.mayBeTold = true;
  }
}

function replay({ id, cursor }: ReplayedEvent, recovery: Recovery): FaultKind | undefined {
  const { last, state, ids } = recovery;
  // A post that seemed to fail was tried again, and has arrived late all the same. The client knows its id.
  if (ids.has(id)) return undefined;
  ids.add(id);
  recovery.last = cursor;
  if (state === "complete") return "late";
  return cursor < last ? "order" : undefined;
}

function end({ cursor, isMore }: RecoveredEvent, recovery: Recovery): FaultKind | undefined {
  recovery.state = isMore ? "unfinished" : "complete";
  return cursor < recovery.last ? "cursor" : undefined;
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}
