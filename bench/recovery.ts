import type { Laboratory } from "./laboratory";
import type { BenchSession } from "./session";
import type { Figures } from "./subjects/subject";
import { type BenchRow, median } from "./table";

const ROUNDS = 3;
const SECTION = "recovery, warm: a client that was away, one post after the other";
const NOTIFICATIONS = 100;
const RECOVERIES = 20;
const NAME = `SUMU: ${NOTIFICATIONS} notifications`;

/** CPU and time for what one client has missed: two reads of the history, and a post for each notification. */
export async function benchRecovery(session: BenchSession, laboratory: Laboratory): Promise<BenchRow[]> {
  if (!session.wants(SECTION, NAME)) return [];
  const figures: Figures[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    session.progress(`recovery, round ${round} of ${ROUNDS}`);
    figures.push(await laboratory.run("control", { kind: "recover", connections: NOTIFICATIONS, times: RECOVERIES }));
  }
  return [
    {
      section: SECTION,
      name: NAME,
      cpuMicroseconds: median(figures.map(({ cpuMicroseconds }) => cpuMicroseconds)) / RECOVERIES,
      unit: "recovery",
      perSecond: (RECOVERIES * 1_000) / median(figures.map(({ milliseconds }) => milliseconds)),
      peakMebibytes: median(figures.map(({ peakMebibytes }) => peakMebibytes)),
    },
  ];
}
