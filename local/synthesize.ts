import { execFile } from "node:child_process";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { buildHandlers } from "../scripts/build-handlers";
import { installTool } from "../scripts/install-tool";
import { BUNDLES_CONTEXT_KEY } from "../src/lambda/bundles-context-key";
import { SetupError } from "./setup-error";
import { sourceKey } from "./source-key";

const run = promisify(execFile);

const root = path.resolve(__dirname, "..");

const PREFIX = "stack-";

/**
 * A stack of other sources is kept for this long. Somebody may return to those sources, or may be starting from them
 * now.
 */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1_000;

/** The sources of the stack and the bundles. The lock file stands for the dependencies. */
const SOURCES = ["main.ts", "src", "handlers", "scripts/build-handlers.ts", "package-lock.json", "tsconfig.json"];

/** A synthesized stack, and the folder that its paths start from. */
export interface SynthesizedStack {
  /** The contents of its `cdk.tf.json`. */
  readonly json: unknown;
  readonly folder: string;
}

/**
 * Packs the handlers and synthesizes this repository's own main.ts, as `cdktf synth` would. It does so once for the
 * same sources: the next start uses the result in `.tools`. It does not change `dist` and `cdktf.out`.
 *
 * @throws SetupError with the output of the synthesis
 */
export async function synthesize(
  signal?: AbortSignal,
  tools: string = path.join(root, ".tools"),
): Promise<SynthesizedStack> {
  const name = `${PREFIX}${await sourceKey(root, SOURCES)}`;
  // The stack names its bundles by their final place, not by the place where they are made.
  const bundles = path.join(tools, name, "handlers");
  const folder = await installTool(
    name,
    async (unfinished) => {
      await Promise.all([
        buildHandlers(path.join(unfinished, "handlers")),
        synthesizeMain(path.join(unfinished, "cdktf.out"), bundles, signal),
        removeOldStacks(tools),
      ]);
    },
    tools,
  );
  const stackFolder = path.join(folder, "cdktf.out", "stacks", "sumu");
  const text = await readFile(path.join(stackFolder, "cdk.tf.json"), "utf8");
  return { json: JSON.parse(text) as unknown, folder: stackFolder };
}

async function synthesizeMain(outdir: string, bundles: string, signal: AbortSignal | undefined): Promise<void> {
  const env = {
    ...process.env,
    CHECKPOINT_DISABLE: "1",
    CDKTF_OUTDIR: outdir,
    CDKTF_CONTEXT_JSON: JSON.stringify({ [BUNDLES_CONTEXT_KEY]: bundles }),
  };
  await run(process.execPath, ["--require", "tsx/cjs", "main.ts"], { cwd: root, env, signal }).catch(
    (error: unknown) => {
      throw new SetupError(
        `main.ts could not be synthesized: ${String((error as { stderr?: unknown }).stderr ?? error)}`,
      );
    },
  );
}

async function removeOldStacks(tools: string): Promise<void> {
  for (const name of await readdir(tools)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = path.join(tools, name);
    // Another process may remove the same folder.
    const made = await stat(folder).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > KEPT_MILLISECONDS) await rm(folder, { recursive: true, force: true });
  }
}
