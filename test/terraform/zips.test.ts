import { chmodSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { HANDLERS } from "../../src/contract/handlers";
import { describeWithTerraform } from "../support/terraform";
import type { PlannedChange } from "../support/terraform-plan";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(600_000);

const ZIPS: readonly string[] = [...HANDLERS].sort();

/** Every file and folder below a folder. */
function contents(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

/** Takes the right to write, or gives it, from a folder and all below it. */
function setReadOnly(folder: string, readOnly: boolean): void {
  for (const name of [".", ...contents(folder)]) {
    const file = path.join(folder, name);
    chmodSync(file, (statSync(file).mode & ~0o222) | (readOnly ? 0 : 0o200));
  }
}

describeWithTerraform("the handlers' zips of two instances from one folder", () => {
  let workspace: TerraformWorkspace;
  let modules: string;
  beforeEach(async () => {
    workspace = new TerraformWorkspace("test/terraform/fixtures/two-regions");
    modules = path.join(workspace.path, "..", "..", "..", "..", "modules");
    await workspace.init();
  });
  afterEach(() => {
    setReadOnly(modules, false);
    workspace.remove();
  });

  it("are each instance's own, below the root module: the modules' folder is only read", async () => {
    const shipped = contents(modules);
    setReadOnly(modules, true);
    await workspace.applyAtOnce();
    await workspace.expectNoChange();
    expect(contents(path.join(workspace.path, ".terraform", "sumu")).filter((name) => name.endsWith(".zip"))).toEqual(
      ["shop-eu", "shop-us"].flatMap((prefix) => ZIPS.map((zip) => `offline-${prefix}-sumu-gw-ws-api/${zip}.zip`)),
    );
    expect(contents(modules)).toEqual(shipped);
  });

  it("wait for the instance's own API before they are written, so that one prefix twice is no race", async () => {
    const plan = await workspace.plan("-var", 'prefixes={america="shop",europe="shop"}');
    const zips = (plan.resource_changes ?? []).filter(({ type }) => type === "archive_file");
    const unknown = ({ change }: PlannedChange) => [change.after_unknown.output_path, change.after_unknown.output_sha];
    expect(zips.map(({ address }) => address).sort()).toEqual(
      ["america", "europe"].flatMap((instance) => ZIPS.map((zip) => `module.${instance}.data.archive_file.${zip}`)),
    );
    expect(zips.map(unknown)).toEqual(zips.map(() => [true, true]));
    expect(contents(path.join(workspace.path, ".terraform"))).not.toContain("sumu");
  });
});
