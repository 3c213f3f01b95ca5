import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { announce, findRunningStack } from "../../local/running-stack";
import type { StackInfo } from "../../local/stack-info";

const stack = (page_url: string): StackInfo => ({ page_url }) as StackInfo;

describe("the note of a running stack", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const leaveNote = (pid: number, page_url: string, startedAt: number): Promise<void> =>
    writeFile(path.join(folder, `running-${pid}.json`), JSON.stringify({ page_url, pid, startedAt }));

  it("of the stack that started last is found, and that of another when it has ended", async () => {
    await leaveNote(process.ppid, "first", 1);
    const withdraw = await announce(stack("second"), folder);
    expect(await findRunningStack(folder)).toMatchObject({ page_url: "second", pid: process.pid });
    await withdraw();
    expect(await findRunningStack(folder)).toMatchObject({ page_url: "first", pid: process.ppid });
  });

  it("of a process that was killed is not found, and goes when the next stack starts", async () => {
    await leaveNote(2 ** 22 + 1, "killed", 1);
    await expect(findRunningStack(folder)).rejects.toThrow(
      'no SUMU runs here: "npm start" starts one, then try again in another terminal',
    );
    await announce(stack("next"), folder);
    expect(await readdir(folder)).toEqual([`running-${process.pid}.json`]);
  });

  it("rejects a place where it cannot be written, and says what to do", async () => {
    const file = path.join(folder, "a-file");
    await writeFile(file, "");
    await expect(announce(stack("any"), file)).rejects.toMatchObject({
      code: "ERR_SETUP",
      message: `${path.join(file, `running-${process.pid}.json`)} cannot be written (EEXIST): set SUMU_LOCAL_FOLDER to a folder of your own`,
    });
  });
});
