import type { ColdSubject, Laboratory } from "./laboratory";
import { type BenchRow, median } from "./table";

const RUNS = 9;

/** From process start to the first delivered message (query and post over TLS), in CPU, against Node alone. */
export async function benchColdStart(laboratory: Laboratory): Promise<BenchRow[]> {
  const measure = async (name: string, subject: ColdSubject | "node", ...args: string[]): Promise<BenchRow> => {
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run++) figures.push(await laboratory.cold(subject, ...args));
    return {
      section: "cold start, to the first delivered message",
      name,
      cpuMicroseconds: median(figures),
      unit: "start",
    };
  };
  const node = await measure("node -e 0", "node");
  const sumu = await measure("SUMU", "cold-sumu", laboratory.bundle("pusher"));
  const sdk = await measure("AWS SDK, bundled", "cold-sdk");
  const floor = await measure("unsigned undici, bundled, no table", "cold-floor");
  const ratio = (sumu.cpuMicroseconds ?? 0) / (node.cpuMicroseconds ?? 0);
  const bound = { text: "4 x node -e 0", measured: `${ratio.toFixed(2)} x`, holds: ratio <= 4 };
  return [node, { ...sumu, bound }, sdk, floor];
}
