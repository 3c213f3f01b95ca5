import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** A command that prints a token for each line that it reads, which is a user's name. One process for all of them. */
export class TokenCommand {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: { resolve(token: string): void; reject(error: Error): void }[] = [];
  #failure: Error | undefined;

  /** @param command - no shell, split at spaces; what it writes to its standard error is shown */
  constructor(command: string) {
    const [file = "", ...args] = command.split(" ");
    this.#child = spawn(file, args, { env: process.env, stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line.trim()));
    // A write to a command that has ended fails. The "close" event below reports the end.
    this.#child.stdin.on("error", () => {});
    this.#child.once("error", ({ message }) => this.#fail(`could not be run (${message})`));
    this.#child.once("close", (code, signal) => this.#fail(`ended (${signal ?? `exit code ${code}`})`));
  }

  /** @throws Error when the command has ended; its own words are on the standard error */
  mint(userId: string): Promise<string> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${userId}\n`);
    });
  }

  async end(): Promise<void> {
    if (this.#failure !== undefined) return;
    const closed = once(this.#child, "close");
    this.#child.stdin.end();
    await closed;
  }

  #fail(reason: string): void {
    this.#failure ??= new Error(`the token command ${reason}`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
