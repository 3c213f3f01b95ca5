import type { Laboratory } from "./laboratory";
import type { BenchSession } from "./session";
import type { Figures, Task } from "./subjects/subject";
import { type BenchRow, median } from "./table";

const ROUNDS = 3;
const SECTION = "presence, warm, in batches of 100 stream records, each of another user";
const USERS = 3_000;

const TASKS: Readonly<Record<string, Task>> = {
  "SUMU: connect (ONLINE: five calls to DynamoDB, one to SNS)": { kind: "connect", connections: USERS, times: 1 },
  "SUMU: disconnect (OFFLINE: as many)": { kind: "disconnect", connections: USERS, times: 1 },
};

/** CPU for each stream record that changes a user's state: every read, conditional write and publish included. */
export async function benchPresence(session: BenchSession, laboratory: Laboratory): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, task] of Object.entries(TASKS)) {
    if (!session.wants(SECTION, name)) continue;
    const figures: Figures[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      session.progress(`presence, ${task.kind}, round ${round} of ${ROUNDS}`);
      figures.push(await laboratory.run("presence", task));
    }
    rows.push({
      section: SECTION,
      name,
      cpuMicroseconds: median(figures.map(({ cpuMicroseconds }) => cpuMicroseconds)) / USERS,
      unit: "record",
      perSecond: (USERS * 1_000) / median(figures.map(({ milliseconds }) => milliseconds)),
      peakMebibytes: median(figures.map(({ peakMebibytes }) => peakMebibytes)),
    });
  }
  return rows;
}
