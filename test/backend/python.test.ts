import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { ensurePythonClients } from "../support/python-clients";
import { BEHAVIOURS } from "./behaviour-list";

const run = promisify(execFile);
const LIBRARY = path.resolve(__dirname, "..", "..", "backend", "python");

/** What docs/backend.md has introduced, or leaves to the reader. */
const PRELUDE = `
import signal, threading
from sumu import SumuBackend
sumu = SumuBackend.from_environment()
class Order:
    user: str
    number: int
orders: list[Order] = []
pieces: list[str] = []
def save(user_id: str, value: object) -> None: ...
`;

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

  it("is kind to wrong handlers, forks, worker processes and values that JSON does not have", async () => {
    expect(await runTests("test_misuse.py")).toMatch(/^Ran 12 tests in .*\n\nOK\n$/m);
  });

  it("is called in docs/backend.md as it is, and mypy would see a method that it does not have", async () => {
    const page = await readFile(path.resolve(LIBRARY, "..", "..", "docs", "backend.md"), "utf8");
    const blocks = [...page.matchAll(/^```python\n(.*?)^```/gms)].map(([, block = ""]) => block);
    expect(blocks.length).toBeGreaterThan(5);
    const folder = await mkdtemp(path.join(tmpdir(), "sumu-mypy-"));
    const check = async (name: string, program: string): Promise<string> => {
      await writeFile(path.join(folder, name), PRELUDE + program);
      const args = ["-m", "mypy", "--config-file=", "--ignore-missing-imports", "--check-untyped-defs", name];
      const env = { PATH: process.env.PATH, MYPYPATH: LIBRARY };
      return (await run(python, args, { cwd: folder, env }).catch((error: { stdout: string }) => error)).stdout;
    };
    try {
      expect(await check("page.py", blocks.join("\n"))).toMatch(/^Success: no issues found/);
      expect(await check("wrong.py", 'sumu.notify_nobody("alice")\n')).toContain('has no attribute "notify_nobody"');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
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
