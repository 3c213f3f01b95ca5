import { type RunOptions, run } from "../../tool/src/run";
import { awsAccess, type RunningStack } from "../running-stack";

/**
 * Runs a command of the operator's tool on a SUMU of this machine.
 *
 * @param findStack - called if no option names another SUMU
 */
export function runTool(
  args: readonly string[],
  findStack: () => Promise<RunningStack>,
  options: Pick<RunOptions, "token"> = {},
): Promise<number> {
  // As in the program `sumu`.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return run(args, {
    ...options,
    program: "npm run -s sumu --",
    target: async () => {
      const stack = await findStack();
      return { prefix: "local", websocketUrl: stack.websocket_url, ...awsAccess(stack) };
    },
  });
}
