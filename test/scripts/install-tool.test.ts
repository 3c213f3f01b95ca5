import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { installTool } from "../../scripts/install-tool";

describe("a tool that is installed", () => {
  let tools: string;
  beforeEach(async () => {
    tools = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
  });
  afterEach(() => rm(tools, { recursive: true, force: true }));

  it("is there for every user of the checkout", async () => {
    const folder = await installTool("tool-1", (unfinished) => writeFile(path.join(unfinished, "a"), ""), tools);
    expect(folder).toBe(path.join(tools, "tool-1"));
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
  });

  it("leaves nothing when its installation fails", async () => {
    await expect(installTool("tool-1", () => Promise.reject(new Error("no network")), tools)).rejects.toThrow(
      "no network",
    );
    await expect(stat(path.join(tools, "tool-1"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  const itAsRoot = process.getuid?.() === 0 ? it : it.skip;

  /** Runs as another user, which only root can. */
  async function asNobody<T>(action: () => Promise<T>): Promise<T> {
    process.seteuid?.(65_534);
    try {
      return await action();
    } finally {
      process.seteuid?.(0);
    }
  }

  itAsRoot("rejects a tool that another user has made for itself alone, and says what to do", async () => {
    // Below the folder that mkdtemp has made for its owner.
    const folder = path.join(tools, "tool-1");
    await mkdir(folder);
    await asNobody(() =>
      expect(installTool("tool-1", async () => {}, tools)).rejects.toThrow(
        `${folder} cannot be read (EACCES), since another user made it: remove it as that user, then start again`,
      ),
    );
  });

  itAsRoot("rejects a folder of another user's, and says what to do", async () => {
    await chmod(tools, 0o755);
    await asNobody(() =>
      expect(installTool("tool-1", async () => {}, tools)).rejects.toThrow(
        `${tools} cannot be written (EACCES): make it yours (chown), or remove it, then start again`,
      ),
    );
  });
});
