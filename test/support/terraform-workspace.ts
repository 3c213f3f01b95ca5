import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PlanGraph } from "./plan-graph";
import { repositoryRoot, runTerraform, runTerraformWith, terraformEnvironment } from "./terraform";
import { type Plan, type PlannedAction, plannedActions } from "./terraform-plan";
import { RunningProvider } from "./terraform-provider";
import { StateBackend, type TerraformState } from "./terraform-state";

const MIRROR_WARNING = "Warning: Incomplete lock file information for providers";

/** A root module in a folder. Its state is in this process, and its provider runs until `remove`. */
export class RootModule {
  #backend: StateBackend | undefined;
  #provider: RunningProvider | undefined;

  constructor(readonly path: string) {}

  async terraform(...args: string[]): Promise<string> {
    return runTerraformWith({ ...terraformEnvironment(), ...this.#provider?.environment }, this.path, ...args);
  }

  /** @throws Error also for a warning, except for the mirror's: it has checksums for this platform only. */
  async init(): Promise<void> {
    if (this.#backend === undefined) {
      this.#backend = new StateBackend();
      // Terraform reads *_override.tf last: the root module's own backend, if it has one, is not used.
      writeFileSync(path.join(this.path, "backend_override.tf"), await this.#backend.start());
    }
    const printed = await runTerraform(this.path, "init", "-no-color", "-input=false");
    const warnings = (printed.match(/Warning: .*/g) ?? []).filter((warning) => warning !== MIRROR_WARNING);
    if (warnings.length > 0) throw new Error(`terraform init warned:\n${printed}`);
    this.#provider ??= await RunningProvider.start(this.path, terraformEnvironment());
  }

  /** Plans into a file and returns the plan as data. @throws Error also for a warning. */
  async plan(...args: string[]): Promise<Plan> {
    await this.#withoutWarning("plan", "-out=plan.tfplan", ...args);
    return JSON.parse(await this.terraform("show", "-json", "plan.tfplan")) as Plan;
  }

  /** Plans into a file, for tests that read no values: a fifth less CPU. @throws Error also for a warning. */
  async planActions(...args: string[]): Promise<readonly PlannedAction[]> {
    return plannedActions(await this.terraform("plan", "-json", "-input=false", "-out=plan.tfplan", ...args));
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

  /** Destroys everything, right after a plan without changes: a refresh would plan the same again. */
  async destroy(): Promise<void> {
    await this.terraform("destroy", "-no-color", "-input=false", "-auto-approve", "-refresh=false");
  }

  async #withoutWarning(command: string, ...args: string[]): Promise<void> {
    const printed = await this.terraform(command, "-no-color", "-input=false", ...args);
    if (printed.includes("Warning:")) throw new Error(`terraform ${command} warned:\n${printed}`);
  }

  /** What the applies have left. */
  get state(): TerraformState {
    return this.#initialized.state;
  }

  /** Changes the state behind Terraform's back, as a refresh would. */
  changeState(edit: (state: TerraformState) => void): void {
    this.#initialized.change(edit);
  }

  get outputs(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(this.state.outputs).map(([name, { value }]) => [name, value]));
  }

  /** Forgets the state, and ends the provider. */
  remove(): void {
    this.#provider?.stop();
    this.#backend?.stop();
  }

  get #initialized(): StateBackend {
    if (this.#backend === undefined) throw new Error("The root module is not initialized.");
    return this.#backend;
  }
}

/** A root module in a scratch copy of the repository's `modules/` and one of its folders. */
export class TerraformWorkspace extends RootModule {
  readonly #scratch: string;

  /** `source`: a folder of the repository, such as `examples/hcl/fewest`. Relative module sources stay right. */
  constructor(source: string) {
    const scratch = mkdtempSync(path.join(tmpdir(), "sumu-terraform-"));
    super(path.join(scratch, source));
    this.#scratch = scratch;
    cpSync(path.join(repositoryRoot, "modules"), path.join(scratch, "modules"), { recursive: true });
    cpSync(path.join(repositoryRoot, source), this.path, {
      recursive: true,
      filter: (file) => !/(^|\/)(\.terraform|\.sumu)(\/|$)|tfstate|\.terraform\.lock\.hcl$/.test(file),
    });
  }

  override remove(): void {
    super.remove();
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
