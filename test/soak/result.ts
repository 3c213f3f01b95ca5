import type { Fault } from "./fault";
import type { RunOptions } from "./options";
import type { SoakEvent } from "./record";

/** What to run, and who is told of each step. */
export interface SoakOptions extends RunOptions {
  readonly onStep?: (step: string) => void;
}

type Counts = Readonly<Record<string, number>>;

/** How often each thing happened, by group. */
export interface SoakCounts {
  readonly sent: Counts;
  readonly killed: Counts;
  readonly calls: Counts;
  readonly clients: Counts;
  readonly channels: Counts;
  readonly [group: string]: Counts;
}

/** What happened, and what was wrong. */
export interface SoakResult {
  readonly options: SoakOptions;
  readonly counts: SoakCounts;
  readonly faults: readonly Fault[];
  /** What was found out about the faults. */
  readonly notes: readonly string[];
  /** With the time of each, in epoch milliseconds. */
  readonly events: readonly (SoakEvent & { readonly at: number })[];
}
