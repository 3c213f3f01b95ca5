import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { StackInfo } from "../../local/stack-info";
import { until } from "../e2e/until";
import { findProcesses } from "./processes";

export const root = path.resolve(__dirname, "..", "..");

/** The output of `npm start -- --json`. */
export type PrintedStack = StackInfo & { readonly tokens: { readonly alice: string; readonly bob: string } };

/** The key that the page sends to its server. */
export function pageAuthorization({ page_url }: Pick<StackInfo, "page_url">): { readonly authorization: string } {
  return { authorization: `Bearer ${new URL(page_url).hash.slice(1)}` };
}

/**
 * tsx keeps what it has compiled in the folder of temporary files. A folder without it costs each start, and each command
 * of a second terminal, two seconds of CPU.
 */
async function shareCompiledSources(folder: string): Promise<void> {
  const name = `tsx-${userInfo().uid}`;
  const shared = path.join(tmpdir(), name);
  await mkdir(shared, { recursive: true });
  await symlink(shared, path.join(folder, name));
}

/** One `npm start -- --json`, with all its files in a folder of its own. */
export class NpmStart {
  private constructor(
    readonly process: ChildProcess,
    /** The folder of all temporary files and the run's note. It also identifies the run's processes. */
    readonly folder: string,
    readonly stack: PrintedStack,
    /** All that it has printed. */
    readonly lines: readonly string[],
    /** The lines of its standard error. */
    readonly complaints: readonly string[],
  ) {}

  /** @throws Error when it ends instead */
  static async run(...args: readonly string[]): Promise<NpmStart> {
    const folder = await mkdtemp(path.join(tmpdir(), "sumu-test-start-"));
    await shareCompiledSources(folder);
    const started = spawn("npm", ["start", "--silent", "--", "--json", "--port", "0", ...args], {
      cwd: root,
      env: NpmStart.#environment(folder),
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, as a shell gives each command: Ctrl-C goes to all of it.
      detached: true,
    });
    const [lines, complaints] = [started.stdout, started.stderr].map((input) => {
      const read: string[] = [];
      createInterface({ input }).on("line", (line) => read.push(line));
      return read;
    }) as [string[], string[]];
    try {
      const first = await until("the line of JSON", () => lines[0] ?? (started.exitCode !== null && "{}"), 90_000);
      if (first === "{}")
        throw new Error(`npm start ended with exit code ${started.exitCode}: ${complaints.join("\n")}`);
      return new NpmStart(started, folder, JSON.parse(first) as PrintedStack, lines, complaints);
    } catch (error) {
      await NpmStart.#clear(folder);
      throw error;
    }
  }

  static #environment(folder: string): NodeJS.ProcessEnv {
    return { ...process.env, TMPDIR: folder, SUMU_LOCAL_FOLDER: path.join(folder, "note") };
  }

  static async #clear(folder: string): Promise<void> {
    for (const { pid } of await findProcesses(folder)) process.kill(pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }

  /** The environment of a second terminal, whose commands find this run. */
  get environment(): NodeJS.ProcessEnv {
    return NpmStart.#environment(this.folder);
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Presses Ctrl-C and waits for the end. */
  async interrupt(): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.process, "exit");
    process.kill(-(this.process.pid ?? 0), "SIGINT");
    await exited;
  }

  /** Ends everything that is left of it. */
  async clear(): Promise<void> {
    await NpmStart.#clear(this.folder);
  }
}
