import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { installTool } from "./install-tool";

const run = promisify(execFile);

/** Pinned, so that measurements of different days are comparable. */
const VERSION = "24.21.0";

/**
 * Gives a Node.js 24, which is the version that Lambda runs the handlers on. If this process does not run on it, it is
 * installed from npm into `.tools/` on first use (7 s, 120 MB).
 *
 * @param signal - cancels the installation
 * @returns the path of the `node` binary
 * @throws Error with npm's words when it cannot be installed
 */
export async function ensureNode24(signal?: AbortSignal): Promise<string> {
  if (process.versions.node.startsWith("24.")) return process.execPath;
  const { platform, arch } = process;
  const name = platform === "darwin" ? `node-bin-darwin-${arch}` : `node-${platform}-${arch}`;
  const folder = await installTool(`node-${VERSION}`, async (unfinished) => {
    const args = ["install", "--prefix", unfinished, "--no-save", "--no-audit", "--no-fund", `${name}@${VERSION}`];
    await run("npm", args, { signal }).catch((error: unknown) => {
      const said = String((error as { stderr?: unknown }).stderr ?? error)
        .trim()
        .split("\n");
      throw new Error(
        `npm could not install ${name}@${VERSION} (${said.find((line) => line.trim() !== "")}): check the network, or use Node.js 24`,
      );
    });
  });
  return path.join(folder, "node_modules", name, "bin", "node");
}
