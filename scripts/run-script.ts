/** Ends the process with 1, and one clear line instead of a stack, when what the script does fails. */
export function runScript(done: Promise<unknown>): void {
  done.catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
