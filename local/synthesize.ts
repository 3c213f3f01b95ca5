import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { buildHandlers } from "../scripts/build-handlers";
import { BUNDLES_CONTEXT_KEY } from "../src/lambda/handler-bundle";
import { SetupError } from "./setup-error";

const run = promisify(execFile);

const root = path.resolve(__dirname, "..");

/** A synthesized stack, and the folder that its paths start from. */
export interface SynthesizedStack {
  /** The contents of its `cdk.tf.json`. */
  readonly json: unknown;
  readonly folder: string;
}

/**
 * Packs the handlers and synthesizes this repository's own main.ts, as `cdktf synth` would, into a folder of the
 * caller's: what is in `dist` and `cdktf.out` stays as it is.
 *
 * @throws SetupError with what the synthesis said
 */
export async function synthesize(folder: string, signal?: AbortSignal): Promise<SynthesizedStack> {
  const bundles = path.join(folder, "handlers");
  const outdir = path.join(folder, "cdktf.out");
  const env = {
    ...process.env,
    CHECKPOINT_DISABLE: "1",
    CDKTF_OUTDIR: outdir,
    CDKTF_CONTEXT_JSON: JSON.stringify({ [BUNDLES_CONTEXT_KEY]: bundles }),
  };
  const synth = run(process.execPath, ["--import", "tsx", "main.ts"], { cwd: root, env, signal }).catch(
    (error: unknown) => {
      throw new SetupError(
        `main.ts could not be synthesized: ${String((error as { stderr?: unknown }).stderr ?? error)}`,
      );
    },
  );
  await Promise.all([buildHandlers(bundles), synth]);
  const stackFolder = path.join(outdir, "stacks", "sumu");
  const text = await readFile(path.join(stackFolder, "cdk.tf.json"), "utf8");
  return { json: JSON.parse(text) as unknown, folder: stackFolder };
}
