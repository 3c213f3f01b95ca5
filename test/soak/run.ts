import { writeFile } from "node:fs/promises";
import { runScript } from "../../scripts/run-script";
import { parseOptions, USAGE } from "./options";
import { formatReport } from "./report";
import type { SoakResult } from "./result";
import { runSoak } from "./soak";

async function writeRecord(file: string, { events }: SoakResult): Promise<void> {
  await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
}

/** `npm run soak`. If something is missing, twice or wrong, the exit code is 1. */
async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, Math.random);
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const began = performance.now();
  const onStep = (step: string): void => {
    console.error(`${Math.round((performance.now() - began) / 1_000)} s  ${step}`);
  };
  const result = await runSoak({ ...options, onStep });
  if (options.record !== undefined) await writeRecord(options.record, result);
  console.log(formatReport(result));
  if (result.faults.length > 0) process.exitCode = 1;
}

runScript(run(process.argv.slice(2)));
