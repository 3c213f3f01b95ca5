import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { SetupError } from "./setup-error";
import type { StackInfo } from "./stack-info";

/** Where a running stack says that it runs, for the commands of other terminals. Holds no secret. */
export interface RunningStack extends StackInfo {
  readonly pid: number;
}

const DEFAULT_FOLDER = path.resolve(__dirname, "..", ".tools", "local");

/** The note's place. Tests give their own, to leave a developer's running stack alone. */
export function noteFile(folder: string = process.env.SUMU_LOCAL_FOLDER ?? DEFAULT_FOLDER): string {
  return path.join(folder, "running.json");
}

/** Leaves the note. @returns takes it away, unless another stack has left its own since */
export async function announce(info: StackInfo, file: string = noteFile()): Promise<() => Promise<void>> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ ...info, pid: process.pid }));
  return async () => {
    const noted = await readNote(file);
    if (noted?.pid === process.pid) await rm(file, { force: true });
  };
}

/** @throws SetupError when none runs */
export async function findRunningStack(file: string = noteFile()): Promise<RunningStack> {
  const noted = await readNote(file);
  if (noted !== undefined && isAlive(noted.pid)) return noted;
  throw new SetupError('no SUMU runs here: "npm start" starts one, then try again in another terminal');
}

async function readNote(file: string): Promise<RunningStack | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as RunningStack;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
