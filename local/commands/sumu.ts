import { run } from "../../tool/src/run";
import { ToolError } from "../../tool/src/tool-error";
import { connectDirectly } from "../direct-connections";
import { awsAccess, findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";

/** `npm run -s sumu -- doctor`: the operator's tool for the SUMU that runs on this machine. */
connectDirectly();
// As in the program `sumu`.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
run(process.argv.slice(2), {
  target: async () => {
    const stack = await findRunningStack().catch((error: unknown) => {
      throw error instanceof SetupError ? new ToolError(error.message) : error;
    });
    return { prefix: "local", websocketUrl: stack.websocket_url, ...awsAccess(stack) };
  },
}).then((exitCode) => process.exit(exitCode));
