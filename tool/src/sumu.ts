import { run } from "./run";

// The SDK's warning about later versions of Node.js would come before the results of each command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** The program `sumu`. */
run(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
