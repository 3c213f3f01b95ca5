import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureMiniStack } from "../../local/backend/install";
import { type AwsBackend, startMiniStack } from "../../local/backend/ministack";
import { ensureNode24 } from "../../scripts/node24";

/** A MiniStack for one test file. Installing it, the first time, takes about 20 s: give `beforeAll` a minute. */
export async function startLocalAws(): Promise<AwsBackend> {
  const [node, python] = await Promise.all([ensureNode24(), ensureMiniStack()]);
  const folder = await mkdtemp(path.join(tmpdir(), "sumu-test-aws-"));
  const backend = await startMiniStack(python, node, folder);
  return {
    ...backend,
    stop: async () => {
      await backend.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** For `beforeAll`: what a first installation may take. */
export const INSTALL_TIMEOUT_MILLISECONDS = 120_000;

/** `describe` where there is a Python 3 for MiniStack, else a skip that prints why; `.ci/run` makes a missing one a failure. */
export const describeWithLocalAws: (title: string, tests: () => void) => void = (title, tests) => {
  if (process.env.SUMU_REQUIRE_LOCAL_AWS || spawnSync("python3", ["--version"]).status === 0) {
    describe(title, tests);
  } else {
    console.warn(`Skipped, since there is no python3 on the PATH for the local AWS: ${title}`);
    describe.skip(title, tests);
  }
};
