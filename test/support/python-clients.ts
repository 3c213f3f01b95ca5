import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { installTool } from "../../scripts/install-tool";
import { plainPip, plainPython } from "../../scripts/python-environment";

// mypy 1.19 is the last that checks for Python 3.9.
const PACKAGES = ["websockets==17.4", "boto3==1.44.5", "mypy==1.19.1"];

const run = promisify(execFile);

/** A Python with the libraries that most of its programs would use, installed on first use. @returns its path */
export async function ensurePythonClients(): Promise<string> {
  const folder = await installTool(`python-clients-${PACKAGES.join("-").replaceAll("==", "-")}`, async (unfinished) => {
    await run("python3", ["-m", "venv", unfinished], { env: plainPython() });
    const python = path.join(unfinished, "bin", "python3");
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES];
    await run(python, pip, { env: await plainPip(python) });
  });
  return path.join(folder, "bin", "python3");
}
