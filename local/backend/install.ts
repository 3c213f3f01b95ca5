import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { installTool } from "../../scripts/install-tool";
import { SetupError } from "../setup-error";

/** The emulator that stands for AWS, and the only version that this project is tested with. */
export const MINISTACK_VERSION = "1.5.33";

export interface InstallOptions {
  /** @default "python3" */
  readonly python?: string;
  /** Gives the installation up. */
  readonly signal?: AbortSignal;
}

const run = promisify(execFile);

/**
 * MiniStack in a Python environment of its own under `.tools/`, installed on first use (12 s, 90 MB).
 *
 * @returns the path of that environment's Python
 * @throws SetupError when there is no usable Python, or no way to PyPI
 */
export async function ensureMiniStack(options: InstallOptions = {}): Promise<string> {
  const folder = await installTool(`ministack-${MINISTACK_VERSION}`, (unfinished) =>
    installMiniStack(unfinished, options),
  );
  return path.join(folder, "bin", "python3");
}

/** Makes the environment in an empty folder. */
export async function installMiniStack(
  folder: string,
  { python = "python3", signal }: InstallOptions = {},
): Promise<void> {
  await requirePython(python, signal);
  await run(python, ["-m", "venv", folder], { signal }).catch((error: unknown) => {
    throw new SetupError(
      `${python} -m venv failed (${lastLine(error)}): on Debian and Ubuntu run "apt-get install python3-venv", then start again`,
    );
  });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `ministack==${MINISTACK_VERSION}`];
  await run(path.join(folder, "bin", "python3"), pip, { signal }).catch((error: unknown) => {
    throw new SetupError(
      `pip could not install ministack==${MINISTACK_VERSION} (${lastLine(error)}): check the network and the proxy, then start again`,
    );
  });
}

async function requirePython(python: string, signal: AbortSignal | undefined): Promise<void> {
  const check = "import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)";
  await run(python, ["-c", check], { signal }).catch((error: unknown) => {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const found = isMissing ? `there is no ${python} on the PATH` : `${python} is older`;
    throw new SetupError(
      `Python 3.10 or newer is needed for the local AWS, but ${found}: install it, then start again`,
    );
  });
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr || message || String(error)).trim().split("\n").at(-1) ?? "no reason given";
}
