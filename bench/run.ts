import { runScript } from "../scripts/run-script";
import { benchAuthorizer } from "./authorizer";
import { benchBundles } from "./bundles";
import { benchColdStart } from "./cold-start";
import { benchDelivery } from "./delivery";
import { type Laboratory, openLaboratory } from "./laboratory";
import { benchLocal } from "./local";
import { benchPresence } from "./presence";
import { benchRecovery } from "./recovery";
import { BenchSession } from "./session";
import { benchSlowConsumers } from "./slow-consumers";
import { type BenchRow, formatTable } from "./table";

type Bench = (session: BenchSession, laboratory: Laboratory) => Promise<readonly BenchRow[]>;

/** In the order of the table. Another one registers here. */
const BENCHES: readonly Bench[] = [
  benchDelivery,
  benchSlowConsumers,
  benchPresence,
  benchRecovery,
  benchColdStart,
  benchBundles,
  benchAuthorizer,
  benchLocal,
];

/** `npm run bench`: every row but the slowest; `npm run bench -- single cold`: those whose section or name holds a word. */
async function run(words: readonly string[]): Promise<void> {
  const session = new BenchSession(words, (line) => process.stderr.write(`${line}\n`));
  const laboratory = await openLaboratory();
  const rows: BenchRow[] = [];
  try {
    for (const bench of BENCHES) rows.push(...(await bench(session, laboratory)));
  } finally {
    await laboratory.close();
  }
  if (rows.length === 0) {
    throw new Error(`no row holds ${words.join(" or ")}; the rows are:\n  ${session.known.join("\n  ")}`);
  }
  console.log(formatTable(rows));
  // A figure over its bound fails the run, so that a regression is noticed.
  if (rows.some(({ bound }) => bound?.holds === false)) process.exitCode = 1;
}

runScript(run(process.argv.slice(2)));
