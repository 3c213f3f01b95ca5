import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { HANDLERS } from "../src/contract/handlers";
import { runScript } from "./run-script";

const root = path.resolve(__dirname, "..");

/**
 * Packs each handler into `<outDir>/<name>/index.mjs`: one minified ES module without dependencies, the same bytes on
 * every build and in every folder (paths are relative to the repository, no source map, no banner with a date).
 */
export async function buildHandlers(outDir: string = path.join(root, "dist", "handlers")): Promise<void> {
  await Promise.all(
    HANDLERS.map(async (name) => {
      const outfile = path.join(outDir, name, "index.mjs");
      await rm(path.dirname(outfile), { recursive: true, force: true });
      await mkdir(path.dirname(outfile), { recursive: true });
      await build({
        absWorkingDir: root,
        entryPoints: [`handlers/${name}/handler.ts`],
        outfile,
        bundle: true,
        minify: true,
        platform: "node",
        target: "node24",
        format: "esm",
        charset: "utf8",
        legalComments: "none",
        logLevel: "warning",
      });
    }),
  );
}

if (require.main === module) {
  runScript(buildHandlers());
}
