import { FAULT_KINDS, type Fault, type FaultKind } from "./fault";
import type { SoakResult } from "./result";

const MOST_FAULTS = 20;

/** What happened in a run, what was wrong, and how to run it again. */
export function formatReport({ options, counts, faults, notes }: Omit<SoakResult, "events">): string {
  const { seconds, clients, seed } = options;
  const groups = Object.entries(counts).filter(([, group]) => Object.keys(group).length > 0);
  const width = Math.max(...groups.map(([name]) => name.length));
  const listed = (group: Readonly<Record<string, number>>) =>
    Object.entries(group)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  const byKind = new Map<FaultKind, number>();
  for (const { kind } of faults) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  const others = [...byKind].filter(([kind]) => kind !== "missing" && kind !== "twice");
  return [
    ...groups.map(([name, group]) => `${name.padEnd(width)}  ${listed(group)}`),
    "",
    `missing ${byKind.get("missing") ?? 0}, twice ${byKind.get("twice") ?? 0}, other faults ${sum(others)}`,
    ...others.map(([kind, count]) => `  ${kind} ${count}: ${FAULT_KINDS[kind]}`),
    ...faults.slice(0, MOST_FAULTS).map(({ kind, ...about }) => `  ${kind}: ${aboutText(about)}`),
    ...(faults.length > MOST_FAULTS ? [`  … and ${faults.length - MOST_FAULTS} more`] : []),
    ...notes,
    `seed ${seed}. Again: npm run soak -- --seconds ${seconds} --clients ${clients} --seed ${seed}`,
  ].join("\n");
}

const aboutText = ({ who, channel, id }: Omit<Fault, "kind">): string =>
  [who, channel, id].filter((text) => text !== undefined).join(" ");

const sum = (counts: readonly (readonly [FaultKind, number])[]): number =>
  counts.reduce((total, [, count]) => total + count, 0);
