import type { LocalStack } from "../../local/local-stack";
import { findProcesses } from "../support/processes";
import type { Killed } from "./plan-steps";

const FUNCTION_NAMES: Readonly<Record<Exclude<Killed, "gateway">, string>> = {
  pusher: "local-sumu-pusher-codeless",
  control: "local-sumu-control",
  authorizer: "local-sumu-authorizer-codeless",
  presence: "local-sumu-presence",
};

/**
 * Ends every process of a function, or the gateway, whatever it is doing.
 *
 * @param endpoint - Of the local AWS, as the functions have it: it tells this stack's processes from those of others.
 * @returns how many processes there were
 */
export async function kill(what: Killed, { gateway }: LocalStack, endpoint: string): Promise<number> {
  if (what === "gateway") {
    await gateway.ready();
    process.kill(gateway.pid, "SIGKILL");
    return 1;
  }
  const workers = await findProcesses(
    `AWS_LAMBDA_FUNCTION_NAME=${FUNCTION_NAMES[what]}`,
    `AWS_ENDPOINT_URL=${endpoint}`,
  );
  for (const { pid } of workers) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  return workers.length;
}
