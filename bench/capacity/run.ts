import { readFile, writeFile } from "node:fs/promises";
import { fillBlocks } from "../../scripts/generated-blocks";
import { runScript } from "../../scripts/run-script";
import { PAGES } from "./pages";
import { BLOCKS } from "./tables";

/**
 * `npm run capacity` prints every table, `npm run capacity -- cost` those whose name has the word, and
 * `npm run capacity -- --write` writes them into the docs.
 */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--write")) {
    for (const page of PAGES) await writeFile(page, fillBlocks(await readFile(page, "utf8"), BLOCKS));
    return;
  }
  const wanted = Object.entries(BLOCKS).filter(
    ([name]) => args.length === 0 || args.some((word) => name.includes(word)),
  );
  if (wanted.length === 0) {
    throw new Error(`no table is named ${args.join(" or ")}; the tables are: ${Object.keys(BLOCKS).join(", ")}`);
  }
  for (const [name, block] of wanted) console.log(`${name}\n\n${block()}\n`);
}

runScript(main(process.argv.slice(2)));
