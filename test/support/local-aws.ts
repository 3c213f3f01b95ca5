import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { FOREIGN_CREDENTIALS } from "../../local/backend/aws";
import { freePort } from "../../local/backend/free-port";
import { ensureMiniStack } from "../../local/backend/install";
import {
  type AwsBackend,
  isHealthy,
  LOCAL_REGION,
  type MiniStackOptions,
  startMiniStack,
} from "../../local/backend/ministack";
import { ensureNode24 } from "../../scripts/node24";
import { until } from "../e2e/until";
import { describeUnless } from "./describe-unless";

/** A MiniStack for one test file. Installing it, the first time, takes about 20 s: give `beforeAll` a minute. */
export async function startLocalAws(options: Pick<MiniStackOptions, "enforces"> = {}): Promise<AwsBackend> {
  const [node, python] = await Promise.all([ensureNode24(), ensureMiniStack()]);
  const folder = await mkdtemp(path.join(tmpdir(), "sumu-test-aws-"));
  const backend = await startMiniStack({ ...options, python, node, folder });
  return {
    ...backend,
    stop: async () => {
      await backend.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A MiniStack as somebody else starts it: it takes any credentials. */
export async function startForeignMiniStack(): Promise<AwsBackend> {
  const [node, python] = await Promise.all([ensureNode24(), ensureMiniStack()]);
  const [folder, port] = await Promise.all([mkdtemp(path.join(tmpdir(), "sumu-test-aws-")), freePort()]);
  const child = spawn(python, ["-m", "ministack"], {
    cwd: folder,
    stdio: "ignore",
    detached: true,
    env: {
      PATH: [path.dirname(node), process.env.PATH].join(path.delimiter),
      HOME: folder,
      TMPDIR: folder,
      GATEWAY_PORT: String(port),
      BIND_HOST: "127.0.0.1",
      LOG_LEVEL: "WARNING",
      SFTP_ENABLED: "0",
      IOT_MTLS_ENABLED: "0",
      DOCKER_HOST: `unix://${folder}/no-docker`,
    },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await until("MiniStack", () => isHealthy(endpoint), 30_000);
  return {
    endpoint,
    region: LOCAL_REGION,
    credentials: FOREIGN_CREDENTIALS,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit");
        process.kill(-(child.pid ?? 0), "SIGKILL");
        await exited;
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** For `beforeAll`: the time that a first installation may take. */
export const INSTALL_TIMEOUT_MILLISECONDS = 120_000;

export const describeWithLocalAws = describeUnless(
  spawnSync("python3", ["--version"]).status === 0 ? undefined : "there is no python3 on the PATH for the local AWS",
  "SUMU_REQUIRE_LOCAL_AWS",
);
