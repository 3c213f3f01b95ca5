import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fillBlocks } from "./generated-blocks";
import { runScript } from "./run-script";
import { wireContractBlocks } from "./wire-contract";

/** `npm run docs:wire`: puts what the schemas say into docs/wire-contract.md. */
async function main(): Promise<void> {
  const page = path.resolve(__dirname, "..", "docs", "wire-contract.md");
  await writeFile(page, fillBlocks(await readFile(page, "utf8"), wireContractBlocks()));
}

runScript(main());
