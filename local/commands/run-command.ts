import { TerraformError } from "../../terraform-json/value";
import { SetupError } from "../setup-error";

/** Runs a command line; what its user can mend is told in one line, and any failure is exit code 1. */
export function runCommand(main: (args: readonly string[]) => Promise<unknown>): void {
  main(process.argv.slice(2)).then(
    (exitCode) => process.exit(typeof exitCode === "number" ? exitCode : 0),
    (error: unknown) => {
      const isExpected = error instanceof SetupError || error instanceof TerraformError;
      console.error(isExpected ? error.message : error);
      process.exit(1);
    },
  );
}
