import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { installTool } from "./install-tool";
import { runScript } from "./run-script";

const run = promisify(execFile);

/** The fields of an app's package.json. */
export type Manifest = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The package.json lines of docs/cdktn.md in their order: cdktn in place of cdktf, then the fork's bindings as well. */
export function cdktnManifests(): [Manifest, Manifest] {
  const file = path.resolve(__dirname, "..", "docs", "cdktn.md");
  const blocks = [...readFileSync(file, "utf8").matchAll(/```json\n(.+?)```/gs)].map(([, json = ""]) => json);
  const [alias, bindings, ...more] = blocks.map((json) => JSON.parse(json) as Manifest);
  if (alias === undefined || bindings === undefined || more.length > 0) {
    throw new Error(`docs/cdktn.md must have two blocks of package.json lines, has ${blocks.length}.`);
  }
  return [alias, bindings];
}

/**
 * Installs cdktn in place of cdktf into `.tools/`, by the lines of docs/cdktn.md.
 *
 * @returns its node_modules
 */
export async function ensureCdktn(): Promise<string> {
  const manifest = JSON.stringify({ private: true, ...cdktnManifests()[0] });
  const digest = createHash("sha256").update(manifest).digest("hex").slice(0, 12);
  const folder = await installTool(`cdktn-${digest}`, async (unfinished) => {
    await writeFile(path.join(unfinished, "package.json"), manifest);
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: unfinished });
  });
  return path.join(folder, "node_modules");
}

if (require.main === module) {
  runScript(ensureCdktn().then(console.log));
}
