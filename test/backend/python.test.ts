import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { ensurePythonClients } from "../support/python-clients";
import { BEHAVIOURS } from "./behaviour-list";

const run = promisify(execFile);
const LIBRARY = path.resolve(__dirname, "..", "..", "backend", "python");

describeWithLocalAws("the Python backend library", () => {
  let python: string;
  beforeAll(async () => {
    python = await ensurePythonClients();
  }, INSTALL_TIMEOUT_MILLISECONDS);

  const runTests = async (script: string) => {
    const env = { PATH: process.env.PATH, PYTHONPATH: LIBRARY };
    return (await run(python, ["-B", path.join(__dirname, script)], { env })).stderr;
  };

  it("has every behaviour of the list, with asyncio and without", async () => {
    const tests = 2 * BEHAVIOURS.cases.length + 1;
    expect(await runTests("test_behaviours.py")).toMatch(new RegExp(`^Ran ${tests} tests in .*\n\nOK\n$`, "m"));
  });

  it("streams as the list says", async () => {
    const tests = BEHAVIOURS.streams.length + 3;
    expect(await runTests("test_streams.py")).toMatch(new RegExp(`^Ran ${tests} tests in .*\n\nOK\n$`, "m"));
  });

  it("is typed strictly, for Python 3.9 and later", async () => {
    const cache = await mkdtemp(path.join(tmpdir(), "sumu-mypy-"));
    try {
      const { stdout } = await run(python, ["-m", "mypy", "--cache-dir", cache, "sumu"], { cwd: LIBRARY });
      expect(stdout).toMatch(/^Success: no issues found/);
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  });
});
