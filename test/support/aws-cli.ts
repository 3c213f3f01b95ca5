import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { installTool } from "../../scripts/install-tool";
import { plainPip, plainPython } from "../../scripts/python-environment";

const AWS_CLI_VERSION = "1.45.11";

const run = promisify(execFile);

/** A folder with an `aws` in it, for PATH. */
export interface AwsCli {
  readonly bin: string;
  stop(): Promise<void>;
}

/** Hands its words to the server, and gives what the command has printed and its exit code. */
const CLIENT = `#!/usr/bin/env bash
set -euo pipefail
here=$(dirname "$0")
call=$(mktemp -d "$here/call-XXXXXX")
mkfifo "$call/code"
printf '%s\\0' "$PWD" "$@" >"$call/arguments"
printf '%s\\n' "$call" >"$here/calls"
read -r code <"$call/code"
cat "$call/out"
cat "$call/err" >&2
rm -r "$call"
exit "$code"
`;

/**
 * The AWS CLI: the one on PATH, as CodeBuild has one, or one installed from PyPI into `.tools/` (20 s). If a Python can
 * import it, it is loaded once, and each command takes a tenth of its time.
 *
 * @param environment - its settings: endpoint, region and credentials
 */
export async function startAwsCli(environment: Readonly<Record<string, string>>): Promise<AwsCli> {
  const { bin, python, packages } = await ensureAwsCli();
  const env = { ...process.env, ...environment, ...(packages === undefined ? {} : { PYTHONPATH: packages }) };
  if (spawnSync(python, ["-c", "import awscli.clidriver"], { env }).status !== 0) return { bin, stop: async () => {} };
  const folder = await mkdtemp(path.join(tmpdir(), "sumu-test-aws-cli-"));
  await writeFile(path.join(folder, "aws"), CLIENT);
  await chmod(path.join(folder, "aws"), 0o755);
  await run("mkfifo", [path.join(folder, "calls")]);
  const server = spawn(python, [path.join(__dirname, "aws_cli_server.py"), folder], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(createInterface({ input: server.stdout }), "line");
  return {
    bin: folder,
    stop: async () => {
      const exited = once(server, "exit");
      server.stdin.end();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ensureAwsCli(): Promise<{ readonly bin: string; readonly python: string; readonly packages?: string }> {
  const found = spawnSync("sh", ["-c", "command -v aws"], { encoding: "utf8" });
  if (found.status === 0) return { bin: path.dirname(found.stdout.trim()), python: "python3" };
  const folder = await installTool(`awscli-${AWS_CLI_VERSION}`, async (unfinished) => {
    await run("python3", ["-m", "venv", unfinished], { env: plainPython() });
    const python = path.join(unfinished, "bin", "python3");
    const target = ["--target", path.join(unfinished, "packages")];
    const pip = ["-m", "pip", "install", "--quiet", ...target, `awscli==${AWS_CLI_VERSION}`];
    await run(python, pip, { env: await plainPip(python) });
  });
  const packages = path.join(folder, "packages");
  return { bin: path.join(packages, "bin"), python: path.join(folder, "bin", "python3"), packages };
}
