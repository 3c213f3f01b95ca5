import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildBackend } from "../../scripts/build-backend";
import { repositoryRoot } from "../support/terraform";

const run = promisify(execFile);
jest.setTimeout(120_000);

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
    ["app.ts", "commonjs", "node10"],
    ["app.cts", "node16", "node16"],
    ["app.mts", "node16", "node16"],
    ["app.ts", "esnext", "bundler"],
  ])(
    "has types for %s with module %s and resolution %s, with no client but SQS's",
    async (file, module, resolution) => {
      const program = `
      import { SQSClient } from "@aws-sdk/client-sqs";
      import { messagesHandler, SumuBackend } from "sumu-backend";
      const sumu = SumuBackend.fromEnvironment({ sqs: new SQSClient() });
      export const id: Promise<string> = sumu.notify("alice", { a: 1 });
      export const handler = messagesHandler(async ({ userId }) => { const text: string = userId; });
      // @ts-expect-error: an id is not a number
      sumu.notify(5, {});`;
      writeFileSync(path.join(project, file), program);
      const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022", "--types", "node"];
      const compiler = [require.resolve("typescript/bin/tsc"), ...options, "--module", module];
      const args = [...compiler, "--moduleResolution", resolution, file];
      const { stdout } = await run(process.execPath, args, { cwd: project }).catch((error) => error);
      expect(stdout).toBe("");
    },
  );
});
