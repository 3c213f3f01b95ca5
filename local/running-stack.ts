import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { AwsAccess } from "./backend/aws";
import { SetupError } from "./setup-error";
import type { StackInfo } from "./stack-info";

/** A note that says where a running stack is, for commands in other terminals. Only its user can read the note. */
export interface RunningStack extends StackInfo {
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

const DEFAULT_FOLDER = path.resolve(__dirname, "..", ".tools", "local");

/** The folder of the notes. Tests use their own folder, so that they do not touch a developer's running stack. */
function noteFolder(): string {
  return process.env.SUMU_LOCAL_FOLDER ?? DEFAULT_FOLDER;
}

/**
 * Writes a note of this process.
 *
 * @returns a function that removes the note; notes of other stacks stay
 * @throws SetupError when the note cannot be written
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
    // The mode applies to a new file only.
    await chmod(file, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SetupError(`${file} cannot be written (${code}): set SUMU_LOCAL_FOLDER to a folder of your own`);
  }
  return () => rm(file, { force: true });
}

/**
 * The stack that this user started last.
 *
 * @throws SetupError when no stack runs
 */
export async function findRunningStack(folder = noteFolder()): Promise<RunningStack> {
  const running = (await readNotes(folder)).filter(({ pid }) => isAlive(pid));
  const [latest] = running.sort((a, b) => b.startedAt - a.startedAt);
  if (latest !== undefined) return latest;
  throw new SetupError('no SUMU runs here: "npm start" starts one, then try again in another terminal');
}

/** The access for clients of a running stack's local AWS. */
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

/** Undefined when the note is gone, is being written, or belongs to another user. */
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
