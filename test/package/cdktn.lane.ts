import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cdktnManifests } from "../../scripts/cdktn";
import { describeWithRegistry, type PackedLibrary, packLibrary } from "../support/packed-library";
import { AppProject, type AppRun } from "./app-project";

jest.setTimeout(180_000);

it("this run has cdktn where it asks for cdktf", () => {
  expect(require("cdktf/package.json")).toMatchObject({ name: "cdktn", version: "0.24.0" });
});

describeWithRegistry("the packed library, installed by the lines of docs/cdktn.md", () => {
  const [alias, bindings] = cdktnManifests();
  let scratch: string;
  let packed: PackedLibrary;
  let onCdktf: AppRun;

  beforeAll(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), "sumu-cdktn-test-"));
    packed = await packLibrary(scratch);
    onCdktf = await runApp(await AppProject.link(path.join(scratch, "cdktf"), packed.tarball));
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  async function runApp(project: AppProject): Promise<AppRun> {
    await project.compile({ name: "app", files: ["app.mts"], settings: { module: "node16" } });
    return project.run("app/app.mjs");
  }

  it.each([
    ["cdktn in place of cdktf", alias],
    ["bindings of the fork", bindings],
  ])("synthesizes with %s what it does on cdktf", async (name, manifest) => {
    const folder = path.join(scratch, name.replaceAll(" ", "-"));
    const { printed, stack } = await runApp(await AppProject.install(folder, manifest, packed.tarball));
    expect(printed).toEqual(onCdktf.printed);
    expect(Object.keys(stack.resource ?? {}).length).toBeGreaterThan(20);
    for (const blocks of ["data", "locals", "provider", "resource"]) {
      expect(stack[blocks]).toEqual(onCdktf.stack[blocks]);
    }
    expect(Object.keys(stack).sort()).toEqual(Object.keys(onCdktf.stack).sort());
  });
});
