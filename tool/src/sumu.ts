import { run } from "./run";

/** The program `sumu`. */
run(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
