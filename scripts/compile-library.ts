import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { preProcessFile } from "typescript";

const run = promisify(execFile);
const root = path.resolve(__dirname, "..");

/**
 * Compiles a library into a folder.
 *
 * The library exists once, as CommonJS. An ES module gets the same copy by an entry that names the exports. A second
 * copy in ES modules would have its own classes, and the first copy's objects would not be instances of them.
 *
 * @param project - The tsconfig.
 * @param lib - The folder. It is emptied first.
 * @throws Error with the compiler's words when the sources do not compile
 */
export async function compileLibrary(project: string, lib: string): Promise<void> {
  const folder = path.resolve(root, lib);
  await rm(folder, { recursive: true, force: true });
  const compiler = require.resolve("typescript/bin/tsc");
  await run(process.execPath, [compiler, "-p", project, "--outDir", folder], { cwd: root }).catch((error: unknown) => {
    throw new Error(String((error as { stdout?: unknown }).stdout ?? error));
  });
  await removeComments(folder);
  await removeInnerDeclarations(folder);
  const names = Object.keys(require(folder) as object).sort();
  const entry = `import library from "./index.js";\n\nexport const { ${names.join(", ")} } = library;\n`;
  await writeFile(path.join(folder, "index.mjs"), entry);
  await writeFile(path.join(folder, "index.d.mts"), 'export * from "./index.js";\n');
}

/** The declarations keep the comments, for editors. A fifth of the compiled code is comments. */
async function removeComments(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true });
  const compiled = files.filter((file) => file.endsWith(".js")).map((file) => path.join(folder, file));
  await Promise.all(
    compiled.map(async (file) => {
      const { code } = await transform(await readFile(file, "utf8"), { platform: "node", legalComments: "none" });
      await writeFile(file, code);
    }),
  );
}

/** Only the declarations to which the entry leads can be used. A third of all declarations are of inner files. */
async function removeInnerDeclarations(folder: string): Promise<void> {
  const used = new Set<string>();
  const next = [path.join(folder, "index.d.ts")];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (used.has(file)) continue;
    used.add(file);
    const { importedFiles } = preProcessFile(await readFile(file, "utf8"));
    const own = importedFiles.filter(({ fileName }) => fileName.startsWith("."));
    next.push(...own.map(({ fileName }) => path.join(path.dirname(file), fileName.replace(/(\.js)?$/, ".d.ts"))));
  }
  const files = (await readdir(folder, { recursive: true })).map((file) => path.join(folder, file));
  const unused = files.filter((file) => file.endsWith(".d.ts") && !used.has(file));
  await Promise.all(unused.map((file) => rm(file)));
}
