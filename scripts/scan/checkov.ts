import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { installTool } from "../install-tool";
import { plainPip, plainPython } from "../python-environment";

const run = promisify(execFile);

/** Pinned: a new version may know new checks, which is for a change of its own. */
export const CHECKOV_VERSION = "3.3.30";

/** Installs checkov's 90 packages side by side: 20 s, where pip takes 80. */
const UV_VERSION = "0.13.9";

/** One verdict of checkov, as it reports it. */
export interface Check {
  readonly check_id: string;
  readonly check_name: string;
  /** `aws_sqs_queue.messages`, or `aws_iam_policy_document.key` for data. */
  readonly resource: string;
  /** Below the scanned folder, with a slash in front. */
  readonly file_path: string;
}

export interface Report {
  readonly results: {
    readonly passed_checks: readonly Check[];
    readonly failed_checks: readonly Check[];
    readonly parsing_errors: readonly string[];
  };
}

/**
 * Runs checkov over a folder of Terraform in native syntax. The first time it installs it from PyPI into `.tools/`
 * (260 MB); the scan itself needs no network and no account.
 *
 * @throws Error naming what pip or checkov said
 */
export async function checkov(folder: string): Promise<Report> {
  const tool = await installTool(`checkov-${CHECKOV_VERSION}`, installCheckov);
  const args = ["-m", "checkov.main", "-d", folder, "--framework", "terraform", "-o", "json"];
  const { stdout } = await run(
    path.join(tool, "bin", "python3"),
    [...args, "--compact", "--skip-download", "--soft-fail"],
    {
      env: { ...process.env, CKV_SKIP_PACKAGE_UPDATE_CHECK: "true", LOG_LEVEL: "ERROR" },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return JSON.parse(stdout) as Report;
}

async function installCheckov(folder: string): Promise<void> {
  const python = path.join(folder, "bin", "python3");
  const uv = path.join(folder, "bin", "uv");
  try {
    await run("python3", ["-m", "venv", folder], { env: plainPython() });
    const env = await plainPip(python);
    await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `uv==${UV_VERSION}`], { env });
    await run(uv, ["pip", "install", "--quiet", "--python", python, `checkov==${CHECKOV_VERSION}`]);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(
      `checkov ${CHECKOV_VERSION} could not be installed: it needs Python 3 with venv, and PyPI. ${(stderr || message).trim()}`,
    );
  }
}
