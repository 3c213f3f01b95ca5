import type { InputLines } from "./input-lines";
import type { Stack } from "./stack";

/** The values of a command's options, by name. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** What a command gets. */
export interface Call {
  readonly stack: Stack;
  /** The words after the command's name. */
  readonly words: readonly string[];
  readonly options: OptionValues;
  /** How the user calls the tool: `sumu`. */
  readonly program: string;
  /** Prints a result: as JSON, one value a line, with `--json`. */
  readonly print: (value: unknown, text: string) => void;
  /** Says on the standard error what takes long. */
  readonly progress: (text: string) => void;
  /** The lines of the standard input, for frames, and for what should not be in a shell's history. */
  readonly lines: () => InputLines;
  /** A token for a client, if the user has named none. */
  readonly token?: () => Promise<string>;
}

/** A command of the tool. */
export interface Command {
  /** As in the help, after `sumu`. */
  readonly usage: string;
  readonly summary: string;
  /** Whether it changes something. All other commands only read. */
  readonly writes: boolean;
  readonly options?: Readonly<Record<string, { readonly type: "string" | "boolean"; readonly help: string }>>;
  /** More to know, for the command's own help. */
  readonly notes?: readonly string[];
  /** The least and the most words. */
  readonly words: readonly [number, number];
  /** @returns the exit code, if it is not 0 */
  run(call: Call): Promise<number | undefined>;
}

/** `90s`, `30m`, `2h` or `3d` in milliseconds, or undefined. */
export function durationMilliseconds(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit];
  return count === undefined || seconds === undefined ? undefined : Number(count) * seconds * 1_000;
}
