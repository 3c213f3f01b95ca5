import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
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
});
