import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { doctorBlocks, operatorBlocks } from "./doctor-checks";
import { fillBlocks } from "./generated-blocks";
import { operationsBlocks } from "./operations-tables";
import { runScript } from "./run-script";
import { wireContractBlocks } from "./wire-contract";

/**
 * `npm run docs:wire`: puts what the schemas say into docs/wire-contract.md, the checks of the operator's tool into
 * docs/doctor.md, its rights into docs/operator-tool.md, and alarms, metrics, log codes and reasons of refusals into
 * docs/operations.md.
 */
async function main(): Promise<void> {
  await fill("wire-contract.md", wireContractBlocks());
  await fill("doctor.md", doctorBlocks());
  await fill("operator-tool.md", operatorBlocks());
  await fill("operations.md", operationsBlocks());
}

async function fill(name: string, blocks: Readonly<Record<string, () => string>>): Promise<void> {
  const page = path.resolve(__dirname, "..", "docs", name);
  await writeFile(page, fillBlocks(await readFile(page, "utf8"), blocks));
}

runScript(main());
