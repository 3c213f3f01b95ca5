import type { ConnectionRow } from "../handlers/pusher/connection";
import { connections, SimulatedAws } from "./simulated-aws";

const STUCK = "stuck-";

/**
 * `count` connections. `stuck` of them do not read: they are in a row in the middle of the table, and belong to one
 * user.
 */
export function sideBySide(count: number, stuck: number): readonly ConnectionRow[] {
  const from = Math.floor((count - stuck) / 2);
  return connections(count).map((row, index) =>
    index >= from && index < from + stuck ? { ...row, userId: "one-user", connectionId: `${STUCK}${index}` } : row,
  );
}

/** `count` connections. One in `every` does not read. */
export function evenlySpread(count: number, every: number): readonly ConnectionRow[] {
  return connections(count).map((row, index) =>
    index % every === 3 ? { ...row, connectionId: `${STUCK}${index}` } : row,
  );
}

/** The cases of a broadcast, by name. */
export const SLOW_CONSUMERS: Readonly<Record<string, () => readonly ConnectionRow[]>> = {
  "one user's 2,000 of 7,000, side by side": () => sideBySide(7_000, 2_000),
  "one user's 2,000 of 102,000, side by side": () => sideBySide(102_000, 2_000),
  "one in ten of 7,000, evenly spread": () => evenlySpread(7_000, 10),
  "one in ten of 30,000, evenly spread": () => evenlySpread(30_000, 10),
};

export interface SlowConsumersReport {
  /** The time from the broadcast to the delivery, for connections that read. */
  readonly p99Ms: number;
  /** The largest number of posts to one connection that does not read. */
  readonly mostPosts: number;
}

/**
 * A broadcast in two segments on a simulated clock. The endpoint answers in 8 ms, and always 429 for connections that
 * do not read. `everybodyReads` is the case for comparison.
 */
export async function broadcastPast(
  rows: readonly ConnectionRow[],
  { everybodyReads = false } = {},
): Promise<SlowConsumersReport> {
  const times: number[] = [];
  const aws: SimulatedAws = new SimulatedAws({
    rows,
    settings: { broadcastSegments: 2 },
    answer: (id) => {
      if (id.startsWith(STUCK)) return everybodyReads ? 200 : 429;
      times.push(aws.clock.now() - startAt);
      return 200;
    },
  });
  const startAt = aws.clock.now();
  await aws.invoke(['{"data":1}']);
  await aws.drain({ functions: 2 });
  times.sort((one, other) => one - other);
  const posts = [...aws.posts].map(([id, count]) => (id.startsWith(STUCK) ? count : 0));
  return { p99Ms: times[Math.floor(times.length * 0.99)] ?? 0, mostPosts: posts.reduce((a, b) => Math.max(a, b), 0) };
}
