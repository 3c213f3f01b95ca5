import { execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describeUnless } from "./describe-unless";
import { PlanGraph } from "./plan-graph";

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

export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly mode: "managed" | "data";
  readonly previous_address?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
    readonly after_unknown: Readonly<Record<string, unknown>>;
  };
}

export interface Plan {
  /** Absent from a plan without resources. */
  readonly resource_changes?: readonly PlannedChange[];
  readonly output_changes?: Readonly<Record<string, { readonly after?: unknown }>>;
}

export interface TerraformState {
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resources: readonly {
    readonly mode: "managed" | "data";
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
  }[];
}

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

/** A root module in a scratch copy of the repository's `modules/` and one of its folders. */
export class TerraformWorkspace {
  private readonly scratch = mkdtempSync(path.join(tmpdir(), "sumu-terraform-"));
  private readonly folder: string;

  /** `source`: a folder of the repository, such as `examples/hcl/fewest`. Relative module sources stay right. */
  constructor(source: string) {
    cpSync(path.join(repositoryRoot, "modules"), path.join(this.scratch, "modules"), { recursive: true });
    this.folder = path.join(this.scratch, source);
    cpSync(path.join(repositoryRoot, source), this.folder, {
      recursive: true,
      filter: (file) => !/(^|\/)(\.terraform|\.sumu)(\/|$)|tfstate|\.terraform\.lock\.hcl$/.test(file),
    });
  }

  get path(): string {
    return this.folder;
  }

  async terraform(...args: string[]): Promise<string> {
    return runTerraform(this.folder, ...args);
  }

  async init(): Promise<string> {
    return this.terraform("init", "-no-color", "-input=false");
  }

  /** Plans into a file and returns the plan as data. @throws Error also for a warning. */
  async plan(...args: string[]): Promise<Plan> {
    await this.#withoutWarning("plan", "-out=plan.tfplan", ...args);
    return JSON.parse(await this.terraform("show", "-json", "plan.tfplan")) as Plan;
  }

  /** The order of the last plan's steps. */
  async planGraph(): Promise<PlanGraph> {
    return new PlanGraph(await this.terraform("graph", "-plan=plan.tfplan"));
  }

  /** Applies the last plan. */
  async apply(): Promise<string> {
    return this.terraform("apply", "-no-color", "-input=false", "plan.tfplan");
  }

  /** Plans and applies in one command, for plans that the test does not read. @throws Error also for a warning. */
  async applyAtOnce(...args: string[]): Promise<void> {
    await this.#withoutWarning("apply", "-auto-approve", ...args);
  }

  /** @throws Error with the plan when it would change a resource or an output, and for a warning. */
  async expectNoChange(...args: string[]): Promise<void> {
    await this.#withoutWarning("plan", "-detailed-exitcode", ...args);
  }

  async #withoutWarning(command: string, ...args: string[]): Promise<void> {
    const printed = await this.terraform(command, "-no-color", "-input=false", ...args);
    if (printed.includes("Warning:")) throw new Error(`terraform ${command} warned:\n${printed}`);
  }

  /** What the applies have left. */
  get state(): TerraformState {
    return JSON.parse(readFileSync(path.join(this.folder, "terraform.tfstate"), "utf8")) as TerraformState;
  }

  get outputs(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(this.state.outputs).map(([name, { value }]) => [name, value]));
  }

  remove(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

/** The changes of a plan, without data sources that are read again and resources that stay. */
export function changes(plan: Plan): readonly PlannedChange[] {
  return (plan.resource_changes ?? []).filter(
    ({ mode, change }) => mode === "managed" && !(change.actions.length === 1 && change.actions[0] === "no-op"),
  );
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
