import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundleClient } from "./build-client";
import { fillBlocks } from "./generated-blocks";
import { installTool } from "./install-tool";
import { runScript } from "./run-script";

const run = promisify(execFile);
const root = path.resolve(__dirname, "..");
const PAGE = path.join(root, "docs", "client-library.md");

/** What an application imports, and the limit of what it then downloads, in bytes of gzip. */
export const CLIENT_PARTS = {
  "the core: `SumuCore`": { source: 'import { SumuCore } from "./index"; app(SumuCore);', limit: 3 * 1_024 },
  "with recovery and channels: `SumuClient`": {
    source: 'import { SumuClient } from "./index"; app(SumuClient);',
    limit: 4 * 1_024,
  },
  "everything: with the stores, React hooks and shared tabs": {
    source: `import { localStorageCursor, SumuClient, SumuCore, SumuError, tokenLifeMs } from "./index";
import { SumuProvider, useChannel, useConnectionState, useMessages, useSumu } from "./react";
import { shareTabs } from "./tabs";
app(localStorageCursor, SumuClient, SumuCore, SumuError, tokenLifeMs);
app(SumuProvider, useChannel, useConnectionState, useMessages, useSumu, shareTabs);`,
    limit: 5 * 1_024,
  },
} as const;

/** Libraries for the same work, and what an application imports of each. */
const PEERS = {
  "pusher-js": { version: "8.6.0", source: 'import Pusher from "pusher-js"; app(Pusher);' },
  centrifuge: { version: "5.7.4", source: 'import { Centrifuge } from "centrifuge"; app(Centrifuge);' },
  ably: { version: "2.28.0", source: 'import { Realtime } from "ably"; app(Realtime);' },
} as const;

const gzipBytes = (text: string) => gzipSync(text, { level: 9 }).length;

/** @returns the bytes of gzip of an application with this source, which lies beside the client's */
export async function clientBytes(source: string): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), "sumu-client-size-"));
  try {
    const entry = path.join(folder, "entry.ts");
    writeFileSync(entry, source.replaceAll('"./', `"${path.join(root, "client", "src")}/`));
    const code = await bundleClient({ entry }, "esm");
    return code.reduce((bytes, { text }) => bytes + gzipBytes(text.replace(/\n\/\/# source.*\n/, "")), 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the bytes of gzip of an application that uses the package in a browser */
async function peerBytes(name: keyof typeof PEERS): Promise<number> {
  const { version, source } = PEERS[name];
  const folder = await installTool(`peer-${name}-${version}`, async (unfinished) => {
    await run("npm", ["install", "--prefix", unfinished, "--no-audit", "--no-fund", `${name}@${version}`]);
  });
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    write: false,
    logLevel: "silent",
  });
  return gzipBytes(outputFiles[0]?.text ?? "");
}

/** A row of the table. */
export const sizeRow = (what: string, bytes: number): string => `| ${what} | ${(bytes / 1_024).toFixed(1)} |`;

/** Measures the client and its peers, and writes the table of docs/client-library.md. */
async function main(): Promise<void> {
  const rows: string[] = [];
  for (const [what, { source }] of Object.entries(CLIENT_PARTS)) {
    rows.push(sizeRow(`sumu-client, ${what}`, await clientBytes(source)));
  }
  for (const name of Object.keys(PEERS) as (keyof typeof PEERS)[]) {
    rows.push(sizeRow(`${name} ${PEERS[name].version}`, await peerBytes(name)));
  }
  const table = ["| package | KB, gzip |", "| --- | --- |", ...rows].join("\n");
  console.log(table);
  writeFileSync(PAGE, fillBlocks(readFileSync(PAGE, "utf8"), { "client-sizes": () => table }));
}

if (require.main === module) {
  runScript(main());
}
