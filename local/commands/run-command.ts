import { TerraformError } from "../../terraform-json/value";
import { connectDirectly } from "../direct-connections";
import { SetupError } from "../setup-error";

export interface Command {
  /** What `--help` prints, and nothing is done. */
  readonly usage: string;
  /** @returns an exit code, where it is not 0 */
  run(args: readonly string[]): Promise<unknown>;
  /** Nobody reads the output any more, as when Ctrl-C ends `| tee` first. @default - the process ends */
  onOutputClosed?(): void;
}

/** Runs a command line; what its user can do something about is one line, and any failure is exit code 1. */
export function runCommand({ usage, run, onOutputClosed = () => process.exit(0) }: Command): void {
  const args = process.argv.slice(2);
  let isClosed = false;
  for (const stream of [process.stdout, process.stderr]) {
    // Without a listener, the first line that nobody reads would end the process with no cleaning up.
    stream.on("error", () => {
      if (!isClosed) onOutputClosed();
      isClosed = true;
    });
  }
  if (args.includes("--help") || args.includes("-h")) {
    console.log(usage);
    return;
  }
  connectDirectly();
  requireUnix(process.platform)
    .then(() => run(args))
    .then(
      (exitCode) => process.exit(typeof exitCode === "number" ? exitCode : 0),
      (error: unknown) => {
        const isExpected = error instanceof SetupError || error instanceof TerraformError;
        console.error(isExpected ? error.message : error);
        process.exit(1);
      },
    );
}

/** @throws SetupError on Windows, whose processes and signals are others */
export async function requireUnix(platform: NodeJS.Platform): Promise<void> {
  if (platform !== "win32") return;
  throw new SetupError(
    "SUMU does not run on Windows itself: install WSL (wsl --install), and run npm ci and npm start there",
  );
}
