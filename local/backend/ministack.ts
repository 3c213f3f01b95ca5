import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Decision, readDecisions } from "../enforcement/decision";
import { hostNames, LOOPBACK, urlHost } from "../listening";
import { SetupError } from "../setup-error";
import { type AwsAccess, type LocalCredentials, newCredentials } from "./aws";
import { freePort } from "./free-port";

/** An AWS to create things in. */
export interface AwsBackend extends AwsAccess {
  /** Ends the AWS, with all its processes and ports. */
  stop(): Promise<void>;
}

export const LOCAL_REGION = "us-east-1";

const READY_TIMEOUT_MILLISECONDS = 30_000;

const GUARDED_MINISTACK = path.join(__dirname, "guarded_ministack.py");

export interface MiniStackOptions {
  /** Python of the environment that MiniStack is installed in. */
  readonly python: string;
  /** The Node.js 24 that functions run on. This process may run on another Node.js. */
  readonly node: string;
  /** The folder for all its files. The caller removes it; if this process is killed, MiniStack removes it. */
  readonly folder: string;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** @default - any that is free */
  readonly port?: number;
  /**
   * The URL at which the functions reach it: a test may put a proxy between them.
   *
   * @default - its own
   */
  readonly functionsEndpoint?: string | undefined;
  /**
   * Whether it refuses the calls that IAM refuses: functions have sessions of their roles, and policies decide.
   *
   * @default false: everybody with the run's credentials may do everything
   */
  readonly enforces?: boolean;
  /** Called once for each kind of decision on a role's or a service's call; for a denial again while it goes on. */
  readonly onDecision?: (decision: Decision) => void;
}

/**
 * Starts MiniStack behind a guard, with credentials that are made for this run. It is a child process that never
 * outlives its parent: its standard input closes when the parent ends, for whatever reason. It then removes its
 * temporary files (a folder per worker), and ends its whole process group: itself and its workers.
 *
 * @throws SetupError when it does not become ready; the message has the last lines of its output
 */
export async function startMiniStack(options: MiniStackOptions): Promise<AwsBackend> {
  const { python, folder, host = LOOPBACK } = options;
  const port = options.port ?? (await freePort(host));
  const credentials = newCredentials();
  const endpoint = `http://${urlHost(host)}:${port}`;
  // -I: neither the user's packages nor a PYTHONPATH.
  const child = spawn(python, ["-I", GUARDED_MINISTACK], {
    cwd: folder,
    // It has its own process group: Ctrl-C in the terminal reaches only the parent, and one signal can end the whole
    // group.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...environment(options),
      AUTH: String(options.enforces === true),
      ...identity(options.functionsEndpoint ?? endpoint, host, port, credentials),
    },
  });
  const said = rememberLastLine(child);
  if (child.stdout && options.onDecision) readDecisions(child.stdout, options.onDecision);
  const stop = (): Promise<void> => endGroup(child);
  try {
    await untilReady(endpoint, child, said);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, region: LOCAL_REGION, credentials, stop };
}

/** The functions get nothing of this process's own environment: no credentials and no endpoint of another AWS. */
function environment({ node, folder }: MiniStackOptions): NodeJS.ProcessEnv {
  return {
    PATH: [path.dirname(node), process.env.PATH].join(path.delimiter),
    HOME: folder,
    TMPDIR: folder,
    STATE_DIR: folder,
    S3_DATA_DIR: path.join(folder, "s3"),
    MINISTACK_REGION: LOCAL_REGION,
    LOG_LEVEL: "WARNING",
    LAMBDA_ASYNC_RETRY_BASE_SECONDS: "0.05",
    // Listeners on fixed ports. They would conflict with a second instance, and nothing here needs them.
    SFTP_ENABLED: "0",
    IOT_MTLS_ENABLED: "0",
    // If MiniStack finds a Docker, it removes containers that it takes for its own. So it must not find Docker.
    DOCKER_HOST: `unix://${folder}/no-docker`,
  };
}

/**
 * Where it listens, and who may use it. These values are never arguments, because every user of the machine can read
 * arguments.
 */
function identity(endpoint: string, host: string, port: number, credentials: LocalCredentials): NodeJS.ProcessEnv {
  return {
    BIND_HOST: host,
    GATEWAY_PORT: String(port),
    SUMU_HOST_NAMES: hostNames(host).join(","),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    // Functions reach it at this URL. Their default is 127.0.0.1, and it may listen elsewhere.
    AWS_ENDPOINT_URL: endpoint,
  };
}

async function untilReady(endpoint: string, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MILLISECONDS;
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  while (Date.now() < deadline) {
    if (failure !== undefined) throw new SetupError(`MiniStack could not be started (${failure.message})`);
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new SetupError(`MiniStack ended before it was ready (${said()}): remove .tools and start again`);
    }
    if (await isHealthy(endpoint)) return;
    await sleep(25);
  }
  throw new SetupError(
    `MiniStack was not ready within ${READY_TIMEOUT_MILLISECONDS / 1_000} s (${said()}): start again`,
  );
}

/** Whether a MiniStack answers at the endpoint. */
export async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

function rememberLastLine(child: ChildProcess): () => string {
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-4_096);
    });
  }
  return () => tail.trim().split("\n").at(-1) || "it said nothing";
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const isRunning = child.exitCode === null && child.signalCode === null;
  const exited = isRunning ? once(child, "close") : undefined;
  try {
    // Nothing in it outlives the run, so it needs no graceful end.
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  await exited;
}
