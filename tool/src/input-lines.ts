import { createInterface, type Interface } from "node:readline";
import { type Readable, Writable } from "node:stream";

/** The lines of the standard input. */
export class InputLines implements AsyncIterable<string> {
  readonly #interface: Interface;
  readonly #lines: AsyncIterator<string>;
  #isHidden = false;

  constructor(input: Readable & { readonly isTTY?: boolean }) {
    const echo = new Writable({
      write: (chunk, _encoding, done) => {
        if (!this.#isHidden) process.stderr.write(chunk);
        done();
      },
    });
    // A terminal cuts lines after 4,095 characters, and shows what is typed. Node's own line editor does neither.
    const terminal = input.isTTY ? { output: echo, terminal: true, historySize: 0 } : {};
    this.#interface = createInterface({ input, prompt: "", ...terminal });
    this.#interface.on("SIGINT", () => this.close());
    this.#lines = this.#interface[Symbol.asyncIterator]();
  }

  /** The next line, which a terminal does not show. Undefined at the end. */
  async secret(): Promise<string | undefined> {
    this.#isHidden = true;
    const { value, done } = await this.#lines.next();
    this.#isHidden = false;
    return done ? undefined : value;
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.#lines;
  }

  close(): void {
    this.#interface.close();
  }
}
