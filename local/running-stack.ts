import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { AwsAccess } from "./backend/aws";
import { SetupError } from "./setup-error";
import type { StackInfo } from "./stack-info";

/** Where a running stack says that it runs, for the commands of other terminals. Only its user can read the note. */
export interface RunningStack extends StackInfo {
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

const DEFAULT_FOLDER = path.resolve(__dirname, "..", ".tools", "local");

/** The notes' place. Tests give their own, to leave a developer's running stack alone. */
function noteFolder(): string {
  return process.env.SUMU_LOCAL_FOLDER ?? DEFAULT_FOLDER;
}

/**
 * Leaves a note of this process.
 *
 * @returns takes it away; notes of other stacks stay
 * @throws SetupError when it cannot be written
 */
export async function announce(info: StackInfo, folder = noteFolder()): Promise<() => Promise<void>> {
  const file = path.join(folder, `running-${process.pid}.json`);
  const note: RunningStack = { ...info, pid: process.pid, startedAt: Date.now() };
  try {
    await mkdir(folder, { recursive: true });
    for (const dead of (await readNotes(folder)).filter(({ pid }) => !isAlive(pid))) {
      await rm(path.join(folder, `running-${dead.pid}.json`), { force: true });
    }
    await writeFile(file, JSON.stringify(note), { mode: 0o600 });
    // The mode counts for a new file only.
    await chmod(file, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SetupError(`${file} cannot be written (${code}): set SUMU_LOCAL_FOLDER to a folder of your own`);
  }
  return () => rm(file, { force: true });
}

/**
 * The stack of this user that was started last.
 *
 * @throws SetupError when none runs
 */
export async function findRunningStack(folder = noteFolder()): Promise<RunningStack> {
  const running = (await readNotes(folder)).filter(({ pid }) => isAlive(pid));
  const [latest] = running.sort((a, b) => b.startedAt - a.startedAt);
  if (latest !== undefined) return latest;
  throw new SetupError('no SUMU runs here: "npm start" starts one, then try again in another terminal');
}

/** For the clients of a running stack's local AWS. */
export function awsAccess(stack: StackInfo): AwsAccess {
  const { aws_endpoint_url: endpoint, region, aws_access_key_id: accessKeyId, aws_secret_access_key } = stack;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey: aws_secret_access_key } };
}

async function readNotes(folder: string): Promise<RunningStack[]> {
  const names = await readdir(folder).catch(() => []);
  const notes = names
    .filter((name) => /^running-\d+\.json$/.test(name))
    .map((name) => readNote(path.join(folder, name)));
  return (await Promise.all(notes)).filter((note) => note !== undefined);
}

/** Undefined: it has gone, is being written, or is another user's. */
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
