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
