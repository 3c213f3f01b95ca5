import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { HANDLERS } from "../../src/contract/handlers";
import { MESSAGE_SOURCES } from "../../src/contract/messages";
import * as sources from "../../src/index";
import { INPUTS } from "../../src/inputs/inputs";
import { describeWithRegistry, type PackedLibrary, packLibrary } from "../support/packed-library";
import { type Block, only } from "../support/synthesize";
import { describeWithTerraform, repositoryRoot } from "../support/terraform";
import { RootModule } from "../support/terraform-workspace";
import { AppProject, type AppRun } from "./app-project";

const run = promisify(execFile);
const PUBLIC_NAMES = Object.keys(sources).sort();

jest.setTimeout(180_000);

let scratch: string;
let packed: PackedLibrary;
beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), "sumu-package-test-"));
  packed = await packLibrary(scratch);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("npm pack", () => {
  it("packs the compiled constructs, the handlers' bundles the wire's schemas and the papers, nothing else", () => {
    const compiled = packed.files.filter((file) => /^lib\/([a-z-]+\/)?[a-z-]+\.(js|d\.ts)$/.test(file));
    expect(packed.files.filter((file) => !compiled.includes(file))).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      ...HANDLERS.map((name) => `dist/handlers/${name}/index.mjs`).sort(),
      "lib/index.d.mts",
      "lib/index.mjs",
      "package.json",
      ...readdirSync(path.join(repositoryRoot, "schemas"))
        .map((name) => `schemas/${name}`)
        .sort(),
    ]);
    const names = (extension: string) =>
      compiled.filter((file) => file.endsWith(extension)).map((file) => file.slice(0, -extension.length));
    expect(names(".d.ts").filter((name) => !names(".js").includes(name))).toEqual([]);
    const folders = new Set(compiled.map((file) => file.split("/").slice(1, -1).join("/")));
    // src/module makes this repository's own modules: no part of the library.
    expect([...folders].filter((folder) => ["module", "test", "local"].includes(folder))).toEqual([]);
  });

  it("packs the declarations to which the entry leads, and no other", () => {
    const declared = packed.files.filter((file) => file.endsWith(".d.ts"));
    expect(declared).toEqual(expect.arrayContaining(["lib/index.d.ts", "lib/sumu.d.ts", "lib/contract/messages.d.ts"]));
    expect(declared.filter((file) => /^lib\/(releases\/|contract\/pusher-handler)/.test(file))).toEqual([]);
  });

  it("has a changelog that knows its version", () => {
    const { version } = JSON.parse(readFileSync(path.join(repositoryRoot, "package.json"), "utf8"));
    expect(readFileSync(path.join(repositoryRoot, "CHANGELOG.md"), "utf8")).toContain(`\n## [${version}] - `);
  });

  it("stays under 240 kB", () => {
    // 217 kB: 75 kB are the bundles of the four functions, which contain the AWS protocols and jose. A dependency that
    // slips in weighs more than the rest of the way.
    expect(packed.bytes).toBeLessThan(240_000);
  });
});

describeWithRegistry("an empty project in which the tarball was installed", () => {
  let project: AppProject;
  beforeAll(async () => {
    project = await AppProject.install(path.join(scratch, "project"), {}, packed.tarball);
  });

  it("has each declaration that another one imports", () => {
    const declared = packed.files.filter((file) => file.endsWith(".d.ts"));
    const imported = declared.flatMap((file) => {
      const text = readFileSync(project.installed("sumu", file), "utf8");
      const names = [...text.matchAll(/["'](\.{1,2}\/[^"']+?)(?:\.js)?["']/g)].map(([, name = ""]) => name);
      return names.map((name) => `${path.posix.join(path.posix.dirname(file), name)}.d.ts`);
    });
    expect(imported).toContain("lib/inputs/sumu-props.d.ts");
    expect(imported.filter((file) => !declared.includes(file))).toEqual([]);
  });

  it("has the library and its four peers, with what cdktf bundles, and nothing else", () => {
    const names = readdirSync(project.installed()).filter((name) => !name.startsWith("."));
    expect(names.sort()).toEqual(["@cdktf", "cdktf", "constructs", "sumu"]);
    expect(readdirSync(project.installed("@cdktf")).sort()).toEqual(["provider-archive", "provider-aws"]);
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(project.installed("sumu", "package.json"), "utf8"),
    ) as { dependencies?: unknown; peerDependencies: object };
    expect(dependencies).toBe(undefined);
    expect(Object.keys(peerDependencies).sort()).toEqual([
      "@cdktf/provider-archive",
      "@cdktf/provider-aws",
      "cdktf",
      "constructs",
    ]);
  });

  it("names nothing of the machine that packed it", () => {
    const telling = packed.files.filter((file) =>
      readFileSync(project.installed("sumu", file), "utf8").includes(repositoryRoot),
    );
    expect(telling).toEqual([]);
  });

  it("gives require and import the same copy under the same names", async () => {
    const names = await project.node("-p", 'JSON.stringify(Object.keys(require("sumu")).sort())');
    expect(JSON.parse(names)).toEqual(PUBLIC_NAMES);
    const script = [
      'import { createRequire } from "node:module";',
      'import * as imported from "sumu";',
      'const required = createRequire(import.meta.url)("sumu");',
      "const names = Object.keys(imported).sort();",
      "console.log(JSON.stringify({ names, same: names.every((name) => imported[name] === required[name]) }));",
    ].join("\n");
    const result = await project.node("--input-type=module", "--eval", script);
    expect(JSON.parse(result)).toEqual({ names: PUBLIC_NAMES, same: true });
    const schema = await project.node("-p", 'require("sumu/schemas/notification-request.schema.json").type');
    expect(schema).toBe("object");
  });

  it("loads the bindings one by one: the provider's root alone would be over a thousand", async () => {
    const script = 'require("sumu"); console.log(JSON.stringify(Object.keys(require.cache)))';
    const loaded = (JSON.parse(await project.node("--eval", script)) as string[]).map((file) =>
      path.relative(project.installed(), file).split(path.sep).join("/"),
    );
    const bindings = loaded.filter((file) => file.startsWith("@cdktf/provider-aws/"));
    expect(bindings).not.toContain("@cdktf/provider-aws/lib/index.js");
    expect(bindings.length).toBeLessThan(60);
  });

  it("compiles an app as an ES module, as CommonJS and for a bundler, and both modules synthesize two SUMUs and a custom domain", async () => {
    await project.compile(
      { name: "node16", files: ["app.mts", "app.cts"], settings: { module: "node16" } },
      { name: "bundled", files: ["app.ts"], settings: { module: "preserve", noEmit: true } },
    );
    for (const output of ["node16/app.mjs", "node16/app.cjs"]) {
      const result = await project.run(output);
      expect(result.printed).toEqual({
        sources: MESSAGE_SOURCES,
        notification: { users: ["alice"], data: { hello: "Alice" } },
        withoutData: { users: ["alice"] },
        refusal: INPUTS.prefix.rule.message,
      });
      expectTwoSumus(result);
    }
  });

  describe("with examples/cdktf in it", () => {
    const example = path.join(repositoryRoot, "examples", "cdktf");
    const environment = { CI: "1", CHECKPOINT_DISABLE: "1" };
    let folder: string;
    beforeAll(() => {
      folder = project.path("shop");
      cpSync(example, folder, { recursive: true, filter: (file) => !/node_modules|cdktf\.out/.test(file) });
    });

    async function synthesized(
      more: Readonly<Record<string, string>> = {},
    ): Promise<Readonly<Record<string, unknown>>> {
      const tsx = require.resolve("tsx");
      const env = { ...process.env, ...environment, ...more };
      await run(process.execPath, ["--import", tsx, "main.ts"], { cwd: folder, env });
      return JSON.parse(readFileSync(path.join(folder, "cdktf.out", "stacks", "shop", "cdk.tf.json"), "utf8"));
    }

    it("it asks for the versions that are tested here", () => {
      const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));
      const { version, devDependencies } = read(path.join(repositoryRoot, "package.json"));
      const asked = read(path.join(example, "package.json"));
      const { sumu, ...others } = { ...asked.dependencies, ...asked.devDependencies };
      expect(sumu).toBe(`file:../../sumu-${version}.tgz`);
      expect(others).toEqual(Object.fromEntries(Object.keys(others).map((name) => [name, devDependencies[name]])));
    });

    it("it keeps its state in the bucket that it is given", async () => {
      const { terraform } = await synthesized({ STATE_BUCKET: "shop-state", AWS_REGION: "eu-central-1" });
      expect(terraform).toMatchObject({
        backend: { s3: { bucket: "shop-state", key: "shop.tfstate", region: "eu-central-1", encrypt: true } },
      });
    });

    describeWithTerraform("terraform", () => {
      let stack: RootModule;
      afterAll(() => stack.remove());

      it("validates, plans, applies it and finds nothing more to change", async () => {
        await synthesized();
        stack = new RootModule(path.join(folder, "cdktf.out", "stacks", "shop"));
        await stack.init();
        expect((await stack.planActions()).length).toBeGreaterThan(60);
        await stack.apply();
        await stack.expectNoChange();

        const of = (type: string) =>
          stack.state.resources
            .filter((one) => one.mode === "managed" && one.type === type)
            .flatMap(({ instances }) => instances.map(({ attributes }) => attributes));
        const granted = of("aws_iam_role_policy").filter((one) => one.name_prefix === "sumu-");
        // The offline stand-in makes ids up: of a role to be, from its name.
        expect(granted.map((one) => String(one.role).includes("shop-order-desk")).sort()).toEqual([
          false,
          false,
          true,
          true,
        ]);
        expect(of("aws_lambda_event_source_mapping").map((one) => one.scaling_config)).toContainEqual([
          { maximum_concurrency: 10 },
        ]);
        expect(of("aws_sns_topic_subscription").map((one) => one.filter_policy)).toContain(
          '{"source":["lambda.presence.watchdog"]}',
        );
      });
    });
  });
});

function expectTwoSumus({ stack: { resource, data }, folder }: AppRun): void {
  const names = (type: string, argument = "name") =>
    Object.values(resource?.[type] ?? {}).map((block: Block) => block[argument]);
  expect(names("aws_apigatewayv2_api").sort()).toEqual(["blog-sumu-gw-ws-api", "shop-sumu-gw-ws-api"]);
  expect(names("aws_lambda_function", "function_name").sort()).toEqual([
    "blog-sumu-authorizer-codeless",
    "blog-sumu-presence",
    "blog-sumu-pusher-codeless",
    "shop-sumu-authorizer-codeless",
    "shop-sumu-presence",
    "shop-sumu-pusher-codeless",
  ]);
  expect(names("aws_apigatewayv2_api_mapping", "api_mapping_key").sort()).toEqual(["blog", "shop"]);
  expect(only(resource?.aws_iam_role_policy, ({ name_prefix }) => name_prefix === "sumu-").role).toBe(
    "${aws_iam_role.sender.id}",
  );

  const zips = Object.values(data?.archive_file ?? {});
  expect(zips.length).toBe(6);
  for (const { source_file, output_path } of zips) {
    const [, handler] = /(authorizer|pusher|presence)[^/]*\.zip$/.exec(String(output_path)) ?? [];
    const bundle = readFileSync(path.join(folder, String(source_file).replace("${path.module}/", "")));
    const built = readFileSync(path.join(repositoryRoot, "dist", "handlers", String(handler), "index.mjs"));
    expect({ handler, same: bundle.equals(built) }).toEqual({ handler, same: true });
  }
}
