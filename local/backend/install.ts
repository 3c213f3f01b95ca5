import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { installTool } from "../../scripts/install-tool";
import { plainPip, plainPython } from "../../scripts/python-environment";
import { SetupError } from "../setup-error";

/** The emulator that replaces AWS. The project is tested with this version only. */
export const MINISTACK_VERSION = "1.5.33";

export interface InstallOptions {
  /** @default "python3" */
  readonly python?: string;
  /** Cancels the installation. */
  readonly signal?: AbortSignal;
}

const run = promisify(execFile);

/** An exit code that Python itself does not use. */
const TOO_OLD = 73;

/**
 * MiniStack in a Python environment of its own under `.tools/`, installed on first use (12 s, 90 MB).
 *
 * @returns the path of that environment's Python
 * @throws SetupError when there is no usable Python, no way to PyPI, or no right to `.tools`
 */
export async function ensureMiniStack(options: InstallOptions = {}): Promise<string> {
  const folder = await installTool(`ministack-${MINISTACK_VERSION}`, (unfinished) =>
    installMiniStack(unfinished, options),
  ).catch((error: Error) => {
    throw error instanceof SetupError ? error : new SetupError(error.message);
  });
  return path.join(folder, "bin", "python3");
}

/** Makes the environment in an empty folder. */
export async function installMiniStack(
  folder: string,
  { python = "python3", signal }: InstallOptions = {},
): Promise<void> {
  await requirePython(python, signal);
  await run(python, ["-m", "venv", folder], { env: plainPython(), signal }).catch((error: unknown) => {
    throw new SetupError(
      `${python} -m venv failed (${reason(error)}): on Debian and Ubuntu run "apt-get install python3-venv", then start again`,
    );
  });
  const own = path.join(folder, "bin", "python3");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `ministack==${MINISTACK_VERSION}`];
  await run(own, pip, { env: await plainPip(own, signal), signal }).catch((error: unknown) => {
    throw new SetupError(
      `pip could not install ministack==${MINISTACK_VERSION} (${reason(error)}): check the network and the proxy, then start again`,
    );
  });
}

async function requirePython(python: string, signal: AbortSignal | undefined): Promise<void> {
  const check = `import sys; sys.exit(0 if sys.version_info >= (3, 10) else ${TOO_OLD})`;
  await run(python, ["-c", check], { env: plainPython(), signal }).catch((error: unknown) => {
    const { code } = error as { code?: unknown };
    let found = `${python} does not run (${reason(error)})`;
    if (code === "ENOENT") found = `there is no ${python} on the PATH`;
    else if (code === TOO_OLD) found = `${python} is older`;
    throw new SetupError(
      `Python 3.10 or newer is needed for the local AWS, but ${found}: install it, then start again`,
    );
  });
}

/** The most useful line of the output: pip's error, if its warnings and notices include one, or else the last line. */
function reason(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  const lines = (stderr || message || String(error)).trim().split("\n");
  return lines.findLast((line) => line.startsWith("ERROR: ")) ?? lines.at(-1) ?? "no reason given";
}
