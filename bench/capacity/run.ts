import { readFile, writeFile } from "node:fs/promises";
import { fillBlocks } from "../../scripts/generated-blocks";
import { runScript } from "../../scripts/run-script";
import { PAGES } from "./pages";
import { BLOCKS } from "./tables";

/** `npm run capacity` prints every table; `npm run capacity -- --write` puts them into the docs. */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--write")) {
    for (const page of PAGES) await writeFile(page, fillBlocks(await readFile(page, "utf8"), BLOCKS));
    return;
  }
  for (const [name, block] of Object.entries(BLOCKS)) console.log(`${name}\n\n${block()}\n`);
}

runScript(main(process.argv.slice(2)));
