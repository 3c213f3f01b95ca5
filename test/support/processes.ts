import { readdir, readFile } from "node:fs/promises";

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** Whether processes can be found by what is in their environment: only Linux shows it. */
export const canFindProcesses = process.platform === "linux";

/** The processes with each of these texts in their environment, such as `NAME=value`. */
export async function findProcesses(...environment: readonly string[]): Promise<FoundProcess[]> {
  if (!canFindProcesses) return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const content = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!environment.every((text) => content.includes(text))) return [];
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return [{ pid: Number(pid), command: command.replaceAll("\0", " ").trim() }];
  });
  return (await Promise.all(found)).flat();
}
