import { TerraformError } from "../../terraform-json/value";
import { connectDirectly } from "../direct-connections";
import { SetupError } from "../setup-error";

export interface Command {
  /** The text that `--help` prints. Nothing else runs then. */
  readonly usage: string;
  /** @returns an exit code, if it is not 0 */
  run(args: readonly string[]): Promise<unknown>;
  /**
   * Called when nobody reads the output any more, for example when Ctrl-C ends `| tee` first. @default - the process
   * ends
   */
  onOutputClosed?(): void;
}

/** Runs a command line. An error that its user can fix is one line, and any failure is exit code 1. */
export function runCommand({ usage, run, onOutputClosed = () => process.exit(0) }: Command): void {
  const args = process.argv.slice(2);
  let isClosed = false;
  for (const stream of [process.stdout, process.stderr]) {
    // Without a listener, the first line that nobody reads would end the process without a clean-up.
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

/** @throws SetupError on Windows, which has other processes and signals */
export async function requireUnix(platform: NodeJS.Platform): Promise<void> {
  if (platform !== "win32") return;
  throw new SetupError(
    "SUMU does not run on Windows itself: install WSL (wsl --install), and run npm ci and npm start there",
  );
}
