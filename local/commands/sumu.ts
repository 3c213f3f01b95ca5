import { ToolError } from "../../tool/src/tool-error";
import { connectDirectly } from "../direct-connections";
import { findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { runTool } from "./run-tool";

/** `npm run -s sumu -- doctor`: the operator's tool for the SUMU that runs on this machine. */
connectDirectly();
runTool(process.argv.slice(2), () =>
  findRunningStack().catch((error: unknown) => {
    throw error instanceof SetupError ? new ToolError(error.message) : error;
  }),
).then((exitCode) => process.exit(exitCode));
