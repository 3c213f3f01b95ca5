import { broadcastPast, SLOW_CONSUMERS } from "../support/slow-consumers";
import type { BenchSession } from "./session";
import type { BenchRow } from "./table";

const SECTION =
  "a broadcast past connections that do not read, on a simulated clock, endpoint of 8 ms: the others' p99";
const MAX_RATIO = 1.5;

/**
 * Measures how much longer others wait for a message because of slow consumers. Posts to slow consumers always get a
 * 429.
 */
export async function benchSlowConsumers(session: BenchSession): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, connections] of Object.entries(SLOW_CONSUMERS)) {
    if (!session.wants(SECTION, name)) continue;
    session.progress(`slow consumers: ${name}`);
    const none = await broadcastPast(connections(), { everybodyReads: true });
    const some = await broadcastPast(connections());
    const ratio = some.p99Ms / none.p99Ms;
    rows.push({
      section: SECTION,
      name: `${name}: ${some.p99Ms} ms, without them ${none.p99Ms} ms`,
      bound: { text: `${MAX_RATIO} x of none`, measured: `${ratio.toFixed(2)} x`, holds: ratio <= MAX_RATIO },
    });
  }
  return rows;
}
