import { execFile, spawnSync } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { installTool } from "../../scripts/install-tool";
import { plainPip, plainPython } from "../../scripts/python-environment";

const AWS_CLI_VERSION = "1.45.11";

/** The folder of an `aws`: the one on PATH, as CodeBuild has one, or one installed from PyPI into `.tools/` (20 s). */
export async function ensureAwsCli(): Promise<string> {
  const found = spawnSync("sh", ["-c", "command -v aws"], { encoding: "utf8" });
  if (found.status === 0) {
    return path.dirname(found.stdout.trim());
  }
  const run = promisify(execFile);
  const folder = await installTool(`awscli-${AWS_CLI_VERSION}`, async (unfinished) => {
    await run("python3", ["-m", "venv", unfinished], { env: plainPython() });
    const python = path.join(unfinished, "bin", "python3");
    const target = ["--target", path.join(unfinished, "packages")];
    const pip = ["-m", "pip", "install", "--quiet", ...target, `awscli==${AWS_CLI_VERSION}`];
    await run(python, pip, { env: await plainPip(python) });
  });
  return path.join(folder, "packages", "bin");
}
