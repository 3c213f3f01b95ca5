/** If the script fails, ends the process with exit code 1 and one clear line instead of a stack trace. */
export function runScript(done: Promise<unknown>): void {
  done.catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
