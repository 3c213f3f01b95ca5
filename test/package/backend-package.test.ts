import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { buildBackend } from "../../scripts/build-backend";
import { repositoryRoot } from "../support/terraform";

const run = promisify(execFile);
jest.setTimeout(120_000);

const OPTIONS = {
  noEmit: true,
  strict: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  types: ["node"],
};

/** Declarations are read once for all programs, as `tsc --build` does. Their format depends on who resolves them. */
const declarations = new Map<string, ts.SourceFile | undefined>();

function hostThatReadsOnce(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, settings, ...rest) => {
    if (!/\.d\.[cm]?ts$/.test(name)) return read(name, settings, ...rest);
    const key = `${name} ${typeof settings === "object" ? settings.impliedNodeFormat : ""}`;
    if (!declarations.has(key)) declarations.set(key, read(name, settings, ...rest));
    return declarations.get(key);
  };
  return host;
}

describe("the package sumu-backend", () => {
  let project: string;
  beforeAll(async () => {
    project = mkdtempSync(path.join(tmpdir(), "sumu-backend-test-"));
    const installed = path.join(project, "node_modules", "sumu-backend");
    mkdirSync(path.join(project, "node_modules", "@aws-sdk"), { recursive: true });
    mkdirSync(installed);
    // The one client that everybody needs.
    const client = path.join("node_modules", "@aws-sdk", "client-sqs");
    symlinkSync(path.join(repositoryRoot, client), path.join(project, client));
    symlinkSync(path.join(repositoryRoot, "node_modules", "@types"), path.join(project, "node_modules", "@types"));
    await buildBackend(path.join(installed, "lib"));
    copyFileSync(
      path.join(repositoryRoot, "backend", "typescript", "package.json"),
      path.join(installed, "package.json"),
    );
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  const isOurs = (file: string) => file.startsWith(project) && !/node_modules\/@/.test(file);
  const node = async (kind: "module" | "commonjs", program: string) =>
    (await run(process.execPath, ["--input-type", kind, "-e", program], { cwd: project })).stdout.trim();

  const NOTIFY = `
    const sqs = { send: async ({ input }) => ({ Successful: input.Entries }) };
    new SumuBackend({ notificationsQueueUrl: "url" }, { sqs }).notify("alice", 1, { id: "a" }).then(console.log);`;

  it("works as an ES module and as CommonJS, with no client but SQS's", async () => {
    expect(await node("module", `import { SumuBackend } from "sumu-backend";${NOTIFY}`)).toBe("a");
    expect(await node("commonjs", `const { SumuBackend } = require("sumu-backend");${NOTIFY}`)).toBe("a");
  });

  it("has each class once, however it is imported", async () => {
    const program = `
      import { createRequire } from "node:module";
      import * as esm from "sumu-backend";
      const cjs = createRequire(process.cwd() + "/")("sumu-backend");
      console.log(Object.keys(cjs).filter((name) => esm[name] !== cjs[name]).length, Object.keys(esm).length > 10);`;
    expect(await node("module", program)).toBe("0 true");
  });

  it.each([
    ["node10", "app.ts", ts.ModuleKind.CommonJS, ts.ModuleResolutionKind.Node10],
    ["node16", "app.cts", ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
    ["node16", "app.mts", ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
    ["bundler", "app.ts", ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
  ])("has types for resolution %s in %s, with no client but SQS's", (_, file, module, moduleResolution) => {
    const program = `
      import { SQSClient } from "@aws-sdk/client-sqs";
      import { messagesHandler, SumuBackend } from "sumu-backend";
      const sumu = SumuBackend.fromEnvironment({ sqs: new SQSClient() });
      export const id: Promise<string> = sumu.notify("alice", { a: 1 });
      export const handler = messagesHandler(async ({ userId }) => { const text: string = userId; });
      // @ts-expect-error: an id is not a number
      sumu.notify(5, {});`;
    const app = path.join(project, file);
    writeFileSync(app, program);
    const options = {
      ...OPTIONS,
      module,
      moduleResolution,
      typeRoots: [path.join(project, "node_modules", "@types")],
    };
    const compiled = ts.createProgram([app], options, hostThatReadsOnce(options));
    // Of the files that are ours. To check the AWS SDK's declarations, too, would take most of the time.
    const ours = compiled.getSourceFiles().filter(({ fileName }) => isOurs(fileName));
    expect(ours.map(({ fileName }) => path.basename(fileName))).toEqual(expect.arrayContaining([file, "index.d.ts"]));
    const found = [undefined, ...ours].flatMap((source) =>
      source === undefined ? compiled.getOptionsDiagnostics() : compiled.getSemanticDiagnostics(source),
    );
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  });
});
