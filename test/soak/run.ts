import { runScript } from "../../scripts/run-script";
import { parseOptions, USAGE } from "./options";
import { formatReport } from "./report";
import { runSoak } from "./soak";

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
  console.log(formatReport(result));
  if (result.faults.length > 0) process.exitCode = 1;
}

runScript(run(process.argv.slice(2)));
