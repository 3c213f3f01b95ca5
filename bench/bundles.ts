import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { HANDLERS } from "../src/contract/handlers";
import type { Laboratory } from "./laboratory";
import type { BenchSession } from "./session";
import { type BenchRow, median } from "./table";

const RUNS = 9;
const SECTION = "bundles";

/** The size of each function's package, and the cost of importing it at a cold start. */
export async function benchBundles(session: BenchSession, laboratory: Laboratory): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const name of HANDLERS) {
    if (!session.wants(SECTION, name)) continue;
    session.progress(`import of ${name}`);
    const bundle = laboratory.bundle(name);
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run++) figures.push(await laboratory.cold("import", bundle));
    const { size: bytes } = await stat(fileURLToPath(bundle));
    rows.push({ section: SECTION, name, cpuMicroseconds: median(figures), unit: "import", bytes });
  }
  return rows;
}
