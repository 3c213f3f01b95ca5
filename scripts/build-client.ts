import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { runScript } from "./run-script";

const run = promisify(execFile);
const root = path.resolve(__dirname, "..");
const client = path.join(root, "client");

/** The entries of the package: `sumu-client`, `sumu-client/react` and `sumu-client/tabs`. */
export const CLIENT_ENTRIES = ["index", "react", "tabs"] as const;

/**
 * Names of members that only the client's own files use: they become short names. A name of the wire, of a browser, of
 * React or of the public API must not be here.
 */
const INTERNAL_MEMBERS = [
  "activeLink",
  "answer",
  "ask",
  "asked",
  "call",
  "catchUp",
  "changed",
  "clear",
  "clearAll",
  "closed",
  "connect",
  "delivered",
  "drop",
  "dropped",
  "emit",
  "events",
  "heardAt",
  "isDropped",
  "isGap",
  "isPlain",
  "joined",
  "latest",
  "link",
  "missing",
  "note",
  "opened",
  "openedAt",
  "opening",
  "own",
  "position",
  "postpone",
  "probe",
  "pump",
  "ready",
  "received",
  "requests",
  "saveSoon",
  "seen",
  "settle",
  "socket",
  "timers",
  "transmit",
] as const;

export interface ClientCode {
  readonly name: string;
  readonly text: string;
  readonly map: string;
}

/** What makes the code smallest after gzip: that was measured. Without sequences, it is longer and more alike. */
const COMPRESS = {
  ecma: 2022,
  passes: 6,
  unsafe_arrows: true,
  keep_fargs: false,
  hoist_props: true,
  hoist_vars: true,
  sequences: false,
} as const;

/**
 * Bundles entries of the client. An application's bundler would make the code small, but it does not know which names are
 * internal.
 *
 * @param format - the files of ES modules share their code; each CommonJS file has all that it needs
 */
export async function bundleClient(
  entries: Readonly<Record<string, string>>,
  format: "esm" | "cjs",
): Promise<ClientCode[]> {
  // Here and not above: the local run imports this file at each start, and bundles only when a page asks for the library.
  const [{ build }, { transform }] = await Promise.all([import("esbuild"), import("@swc/core")]);
  const { outputFiles } = await build({
    entryPoints: { ...entries },
    bundle: true,
    splitting: format === "esm",
    chunkNames: "shared-[hash]",
    format,
    outdir: path.join(client, "lib"),
    outExtension: { ".js": format === "esm" ? ".mjs" : ".js" },
    target: "es2022",
    external: ["react"],
    mangleProps: new RegExp(`^(${INTERNAL_MEMBERS.join("|")})$`),
    minify: true,
    sourcemap: "external",
    write: false,
  });
  const scripts = outputFiles.filter(({ path: name }) => !name.endsWith(".map"));
  return Promise.all(
    scripts.map(async (script) => {
      const map = outputFiles.find(({ path: name }) => name === `${script.path}.map`)?.text ?? "";
      const name = path.basename(script.path);
      const small = await transform(script.text, {
        isModule: format === "esm",
        filename: name,
        inputSourceMap: map,
        sourceMaps: true,
        minify: true,
        jsc: {
          target: "es2022",
          minify: { compress: COMPRESS, mangle: true },
        },
      });
      return { name, text: `${small.code}\n//# sourceMappingURL=${name}.map\n`, map: small.map ?? "" };
    }),
  );
}

/**
 * Makes the files of the npm package `sumu-client` in `client/lib`: for `import` and for `require`, with types.
 *
 * @throws Error with the compiler's words when the sources do not compile
 */
export async function buildClient(lib = path.join(client, "lib")): Promise<void> {
  await rm(lib, { recursive: true, force: true });
  await mkdir(lib, { recursive: true });
  const compiler = require.resolve("typescript/bin/tsc");
  const declarations = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", lib];
  await run(process.execPath, [compiler, "-p", client, ...declarations], { cwd: root }).catch((error: unknown) => {
    throw new Error(String((error as { stdout?: unknown }).stdout ?? error));
  });
  const entries = Object.fromEntries(CLIENT_ENTRIES.map((name) => [name, path.join(client, "src", `${name}.ts`)]));
  for (const format of ["esm", "cjs"] as const) {
    for (const { name, text, map } of await bundleClient(entries, format)) {
      await writeFile(path.join(lib, name), text);
      await writeFile(path.join(lib, `${name}.map`), map);
    }
  }
  // The declarations are those of CommonJS: their imports have no extension.
  for (const name of CLIENT_ENTRIES)
    await writeFile(path.join(lib, `${name}.d.mts`), `export * from "./${name}.js";\n`);
}

if (require.main === module) {
  runScript(buildClient());
}
