import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { buildHandlers } from "./build-handlers";
import { runScript } from "./run-script";

const run = promisify(execFile);
const root = path.resolve(__dirname, "..");
const lib = path.join(root, "lib");

/**
 * Makes the files that `npm pack` packs: the constructs, compiled into `lib/`, and the handlers' bundles. `lib/` is as
 * deep as `src/`, so the constructs find `dist/handlers` in the same way.
 *
 * The library exists once, as CommonJS. An ES module gets the same copy by an entry that names the exports. A second
 * copy in ES modules would have its own classes, and the first copy's objects would not be instances of them.
 *
 * @throws Error with the compiler's words when the sources do not compile
 */
export async function buildPackage(): Promise<void> {
  await buildHandlers();
  await rm(lib, { recursive: true, force: true });
  const compiler = require.resolve("typescript/bin/tsc");
  await run(process.execPath, [compiler, "-p", "tsconfig.package.json"], { cwd: root }).catch((error: unknown) => {
    throw new Error(String((error as { stdout?: unknown }).stdout ?? error));
  });
  const names = Object.keys(require(lib) as object).sort();
  const entry = `import sumu from "./index.js";\n\nexport const { ${names.join(", ")} } = sumu;\n`;
  await writeFile(path.join(lib, "index.mjs"), entry);
  await writeFile(path.join(lib, "index.d.mts"), 'export * from "./index.js";\n');
}

if (require.main === module) {
  runScript(buildPackage());
}
