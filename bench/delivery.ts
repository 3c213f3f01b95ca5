import { PROTOCOLS } from "../src/contract/tables";
import type { Laboratory, LaboratoryFigures, RunOptions, Subject } from "./laboratory";
import type { BenchSession } from "./session";
import type { Task } from "./subjects/subject";
import { type BenchRow, median } from "./table";

/** Every subject runs once a round, so that a noisy minute of the machine affects all subjects. */
const ROUNDS = 5;

const SECTION = "delivery, warm, over TLS to an endpoint that answers in 8 ms";

interface Measurement extends RunOptions {
  readonly name: string;
  readonly subject: Subject;
  readonly task: Task;
  /** Slow subjects without a bound skip some rounds. */
  readonly rounds?: number;
  /** Takes minutes. */
  readonly onlyWhenNamed?: boolean;
}

const SINGLE: Task = { kind: "single", connections: 1_000, times: 200 };
const BATCH: Task = { kind: "batch", connections: 10_000, times: 1 };
const BROADCAST_10K: Task = { kind: "broadcast", connections: 10_000, times: 1 };
const BROADCAST_MILLION: Task = { kind: "broadcast", connections: 1_000_000, times: 1 };
const BROADCAST_100K: Task = { kind: "broadcast", connections: 100_000, times: 1 };

/**
 * For measurements of memory, the heap has the size of a small function's: V8 lets the young generation grow to the
 * largest size that it may have, even if few objects live in it (240 MB at a million connections by Node's own
 * defaults).
 */
const SMALL_FUNCTION_MEBIBYTES = 192;
const PEAK_MEBIBYTES = 150;

const MEASUREMENTS = {
  single: { name: "SUMU: single", subject: "sumu", task: SINGLE },
  batch: { name: "SUMU: batch of 10 x 1,000 users", subject: "sumu", task: BATCH },
  broadcast: { name: "SUMU: broadcast to 10,000", subject: "sumu", task: BROADCAST_10K },
  envelopes: {
    name: "SUMU: broadcast to 10,000 connections of protocol 2",
    subject: "sumu",
    task: BROADCAST_10K,
    protocol: PROTOCOLS.envelopes,
  },
  channel: {
    name: "SUMU: a channel of 10,000",
    subject: "sumu",
    task: { kind: "channel", connections: 10_000, times: 1 },
    protocol: PROTOCOLS.envelopes,
  },
  kept: {
    name: "SUMU: broadcast to 10,000 with history",
    subject: "sumu",
    task: BROADCAST_10K,
    protocol: PROTOCOLS.envelopes,
    hasHistory: true,
  },
  batchUnkept: {
    name: "SUMU: batch of 10 x 1,000 users of protocol 2",
    subject: "sumu",
    task: BATCH,
    protocol: PROTOCOLS.envelopes,
  },
  batchKept: {
    name: "SUMU: batch of 10 x 1,000 users with history",
    subject: "sumu",
    task: BATCH,
    protocol: PROTOCOLS.envelopes,
    hasHistory: true,
  },
  million: {
    name: `SUMU: broadcast to a million, in a function of ${SMALL_FUNCTION_MEBIBYTES} MB`,
    subject: "sumu",
    task: BROADCAST_MILLION,
    functionMebibytes: SMALL_FUNCTION_MEBIBYTES,
    rounds: 1,
    onlyWhenNamed: true,
  },
  floorMillion: {
    name: `unsigned undici, no table: a million, in a function of ${SMALL_FUNCTION_MEBIBYTES} MB`,
    subject: "floor",
    task: BROADCAST_MILLION,
    functionMebibytes: SMALL_FUNCTION_MEBIBYTES,
    rounds: 1,
    onlyWhenNamed: true,
  },
  large: { name: "SUMU: broadcast to 100,000", subject: "sumu", task: BROADCAST_100K, rounds: 1 },
  gone: { name: "SUMU: 10,000, 10 % gone", subject: "sumu", task: BROADCAST_10K, faults: { goneEvery: 10 } },
  throttled: {
    name: "SUMU: 10,000, 10 % throttled",
    subject: "sumu",
    task: BROADCAST_10K,
    faults: { throttledEvery: 10 },
  },
  sdkSingle: { name: "AWS SDK: single", subject: "sdk", task: SINGLE },
  sdkBatch: { name: "AWS SDK: 10,000 users", subject: "sdk", task: BATCH, rounds: 1 },
  sdkBroadcast: { name: "AWS SDK: broadcast to 10,000", subject: "sdk", task: BROADCAST_10K, rounds: 1 },
  floorSingle: { name: "unsigned undici, no table: single", subject: "floor", task: SINGLE },
  floor: { name: "unsigned undici, no table: 10,000 (the floor)", subject: "floor", task: BROADCAST_10K },
} as const satisfies Record<string, Measurement>;

type Key = keyof typeof MEASUREMENTS;

const BOUNDS: Partial<Record<Key, { readonly by: Key; readonly limit: number; readonly text: string }>> = {
  single: { by: "sdkSingle", limit: 1 / 3, text: "a third of the SDK's" },
  broadcast: { by: "floor", limit: 2.5, text: "2.5 x the floor" },
  envelopes: { by: "broadcast", limit: 1.1, text: "1.1 x the bare broadcast" },
  channel: { by: "envelopes", limit: 1.1, text: "1.1 x a broadcast of protocol 2" },
  kept: { by: "envelopes", limit: 1.15, text: "1.15 x without history" },
  batchKept: { by: "batchUnkept", limit: 1.6, text: "1.6 x without, 1 write and 1 read a user" },
};

/** CPU for each delivered message, table reads included; messages a second; memory. Medians, ratios within a round. */
export async function benchDelivery(session: BenchSession, laboratory: Laboratory): Promise<BenchRow[]> {
  const keys = wantedKeys(session);
  const figures = Object.fromEntries(keys.map((key) => [key, [] as LaboratoryFigures[]])) as Record<
    Key,
    LaboratoryFigures[]
  >;
  for (let round = 0; round < ROUNDS; round++) {
    for (const key of keys) {
      const { subject, task, rounds = ROUNDS, ...options }: Measurement = MEASUREMENTS[key];
      if (round >= rounds) continue;
      session.progress(`${MEASUREMENTS[key].name}, round ${round + 1} of ${rounds}`);
      figures[key].push(await laboratory.run(subject, task, options));
    }
  }
  return keys.map((key) => {
    const messages = deliveredMessages(MEASUREMENTS[key]);
    const own = figures[key];
    return {
      section: SECTION,
      name: MEASUREMENTS[key].name,
      cpuMicroseconds: median(own.map(({ cpuMicroseconds }) => cpuMicroseconds)) / messages,
      unit: "message",
      perSecond: (messages * 1_000) / median(own.map(({ milliseconds }) => milliseconds)),
      peakMebibytes: median(own.map(({ peakMebibytes }) => peakMebibytes)),
      bound: bound(key, figures),
    };
  });
}

/** The keys that were asked for, and the keys that they are compared with. */
function wantedKeys(session: BenchSession): readonly Key[] {
  const wanted = new Set<Key>();
  const all = Object.keys(MEASUREMENTS) as Key[];
  for (const key of all) {
    const { name, onlyWhenNamed }: Measurement = MEASUREMENTS[key];
    if (!session.wants(SECTION, name, { onlyWhenNamed })) continue;
    for (let next: Key | undefined = key; next !== undefined; next = BOUNDS[next]?.by) wanted.add(next);
  }
  return all.filter((key) => wanted.has(key));
}

function bound(key: Key, figures: Record<Key, readonly LaboratoryFigures[]>): BenchRow["bound"] {
  if (key === "million") {
    const peak = Math.max(...figures.million.map(({ peakMebibytes }) => peakMebibytes));
    return { text: `${PEAK_MEBIBYTES} MiB`, measured: `${peak.toFixed(0)} MiB`, holds: peak <= PEAK_MEBIBYTES };
  }
  const { by, limit, text } = BOUNDS[key] ?? {};
  if (by === undefined || limit === undefined || text === undefined) return undefined;
  const perMessage = (of: Key, round: number) =>
    (figures[of][round]?.cpuMicroseconds ?? Number.NaN) / deliveredMessages(MEASUREMENTS[of]);
  const ratio = median(figures[key].map((_, round) => perMessage(key, round) / perMessage(by, round)));
  if (key === "batchKept") {
    const { writes, reads } = figures.batchKept[0]?.units ?? { writes: Number.NaN, reads: Number.NaN };
    const [writesEach, readsEach] = [writes, reads].map((units) => units / deliveredMessages(MEASUREMENTS.batchKept));
    const measured = `${ratio.toFixed(2)} x, ${writesEach?.toFixed(2)} writes and ${readsEach?.toFixed(2)} reads`;
    return { text, measured, holds: ratio <= limit && writesEach === 1 && readsEach === 1 };
  }
  return { text, measured: `${ratio.toFixed(2)} x`, holds: ratio <= limit };
}

function deliveredMessages({
  task: { kind, connections, times },
  faults: { goneEvery = 0 } = {},
}: Measurement): number {
  if (kind === "single") return times;
  return goneEvery === 0 ? connections : connections - Math.ceil(connections / goneEvery);
}
