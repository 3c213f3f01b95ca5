import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Fault } from "../../emulator/gateway/start-gateway";
import { SetupError } from "../setup-error";
import type { GatewayProcessConfig, GatewayProcessReport } from "./messages";

export interface SupervisedGateway {
  /** `ws://127.0.0.1:<port>/<stage>`. */
  readonly url: string;
  /** The id of the process that runs now. It changes after a restart. */
  readonly pid: number;
  /** Waits until the gateway runs, also after it was killed a moment ago. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

export interface SupervisorEvents {
  readonly onAccessLog?: (line: string) => void;
  readonly onFault?: (fault: Fault) => void;
  /** Called when the gateway has ended by itself (by signal or exit code) and starts again. */
  readonly onRestart?: (reason: string) => void;
}

/** A gateway that ends this soon would end again, so it is not restarted. */
const LEAST_LIFE_MILLISECONDS = 1_000;

/**
 * Runs the gateway in its own process. When the process ends, it starts again on the same port, as a service manager
 * would do. Only the gateway's connections are lost.
 *
 * @throws SetupError when it cannot start
 */
export async function superviseGateway(
  config: GatewayProcessConfig,
  events: SupervisorEvents = {},
): Promise<SupervisedGateway> {
  let isStopping = false;

  const run = (): { child: ChildProcess; ready: Promise<string> } => {
    const startedAt = Date.now();
    const child = spawnGateway();
    const ready = untilReady(child, events);
    child.once("exit", (code, signal) => {
      if (isStopping || Date.now() - startedAt < LEAST_LIFE_MILLISECONDS) return;
      events.onRestart?.(signal ?? `exit code ${code}`);
      current = run();
      current.ready.catch(() => {});
    });
    child.send(config);
    return { child, ready };
  };

  const stop = async (): Promise<void> => {
    isStopping = true;
    const { child } = current;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  };

  let current = run();
  let url: string;
  try {
    url = await current.ready;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    get pid() {
      return current.child.pid ?? 0;
    },
    ready: async () => {
      await current.ready;
    },
    stop,
  };
}

function spawnGateway(): ChildProcess {
  return fork(path.join(__dirname, "child.ts"), {
    // It does not get this process's own flags, which a test runner sets for itself.
    execArgv: ["--require", "tsx/cjs"],
    env: { ...process.env, NODE_OPTIONS: "", NODE_USE_ENV_PROXY: "" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

function untilReady(child: ChildProcess, events: SupervisorEvents): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on("message", (message) => {
      const report = message as GatewayProcessReport;
      if (report.kind === "access") events.onAccessLog?.(report.line);
      else if (report.kind === "fault") events.onFault?.(report.fault);
      else if (report.kind === "ready") resolve(report.url);
      else reject(new SetupError(`the gateway could not start: ${report.reason}`));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      reject(new SetupError(`the gateway ended before it was ready (${signal ?? `exit code ${code}`})`));
    });
  });
}
