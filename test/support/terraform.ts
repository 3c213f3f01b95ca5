import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { describeUnless } from "./describe-unless";

const run = promisify(execFile);

export const repositoryRoot = path.resolve(__dirname, "..", "..");

/** Providers for a machine without a registry; its `offline.sh` says how to use them. Users do not need it. */
const OFFLINE = path.resolve(repositoryRoot, "..", "shared", "terraform", "offline.sh");

/** Why tests that need terraform cannot run here, or undefined when they can. */
function reason(): string | undefined {
  const version = spawnSync("terraform", ["version"], { encoding: "utf8" });
  if (version.error !== undefined || version.status !== 0) {
    return "terraform is not on PATH";
  }
  if (!existsSync(OFFLINE) && !existsSync(process.env.TF_CLI_CONFIG_FILE ?? "")) {
    return "there are no offline providers (a TF_CLI_CONFIG_FILE that names a mirror), and the real ones want an AWS account";
  }
  return undefined;
}

export const describeWithTerraform = describeUnless(reason(), "SUMU_REQUIRE_TERRAFORM");

/** Runs terraform and returns what it printed. @throws Error with all of its output when it fails. */
export async function runTerraform(folder: string, ...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run("terraform", args, {
      cwd: folder,
      env: environment(),
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`terraform ${args.join(" ")} failed:\n${stdout}${stderr}`);
  }
}

let offline: NodeJS.ProcessEnv | undefined;

function environment(): NodeJS.ProcessEnv {
  if (offline === undefined) {
    offline = {
      ...process.env,
      ...(existsSync(OFFLINE) ? sourced(OFFLINE) : {}),
      CHECKPOINT_DISABLE: "1",
      TF_IN_AUTOMATION: "1",
      // A fifth less CPU, for 200 MB of memory instead of 150.
      GOGC: "400",
      // Up to a sixth less again: the threads of a plan mostly wait for each other. Jest's workers use the other cores.
      GOMAXPROCS: "1",
    };
  }
  return offline;
}

/** The Terraform settings that sourcing the script leaves behind. */
function sourced(script: string): NodeJS.ProcessEnv {
  // The script leaves a file that Terraform reads later: one for each worker, in a folder that git ignores.
  const folder = path.join(repositoryRoot, ".tools", `offline-${process.env.JEST_WORKER_ID ?? "0"}`);
  mkdirSync(folder, { recursive: true });
  const shell = spawnSync("bash", ["-c", `. "$1" >&2 && env -0`, "bash", script], {
    encoding: "utf8",
    env: { ...process.env, TMPDIR: folder },
  });
  if (shell.status !== 0) {
    throw new Error(`Sourcing ${script} failed: ${shell.stderr}`);
  }
  return Object.fromEntries(
    shell.stdout
      .split("\0")
      .map((entry): [string, string] => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)])
      .filter(([name]) => name.startsWith("TF_") || name === "CHECKPOINT_DISABLE"),
  );
}
