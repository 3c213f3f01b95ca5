import path from "node:path";
import { build } from "esbuild";
import { runScript } from "./run-script";

const root = path.resolve(__dirname, "..");

/** Makes the file that `npm pack` packs in tool/: one program. Its dependencies stay packages. */
export async function buildTool(lib = "tool/lib"): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ["tool/src/sumu.ts"],
    outfile: path.resolve(root, lib, "sumu.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["@aws-sdk/*", "ws"],
    banner: { js: "#!/usr/bin/env node" },
    tsconfig: path.join(root, "tsconfig.json"),
  });
}

if (require.main === module) {
  runScript(buildTool());
}
