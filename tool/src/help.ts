import type { Command } from "./command";
import { COMMANDS } from "./commands/commands";

const COMMON = [
  ["--prefix <prefix>", "the SUMU with this prefix, in the region and account of your credentials"],
  ["--outputs <file>", 'the SUMU in what "terraform output -json" has printed'],
  ["--region <region>", "another region than that of the environment"],
  ["--json", "prints one JSON value a line"],
] as const;

const all = Object.values(COMMANDS);

/** The text of `--help`: one line for each command. */
export function help(program: string): string {
  const width = Math.max(...all.map(({ usage }) => usage.length)) + 2;
  const list = (writes: boolean) =>
    all
      .filter((command) => command.writes === writes)
      .map(({ usage, summary }) => `  ${usage.padEnd(width)}${summary}`)
      .join("\n");
  return `The operator's tool of SUMU, realtime over WebSockets on AWS.

  ${program} doctor${program === "sumu" ? " --prefix shop" : ""}

Find out what is wrong. These commands only read:

${list(false)}

Change something:

${list(true)}

Options of all commands:

${rows(COMMON)}

"${program} <command> --help" has the options of a command.
No command prints a token. Only "connect", and "dead-letters show" with --payload, print payloads.`;
}

/** The text of `--help` behind a command. */
export function commandHelp(program: string, { usage, summary, writes, options = {}, notes = [] }: Command): string {
  const own = Object.entries(options).map(
    ([name, { type, help: words }]) => [`--${name}${type === "string" ? " <value>" : ""}`, words] as const,
  );
  const end = writes ? "It changes something." : "It only reads.";
  return `  ${program} ${usage}

${[`${sentence(summary)} ${end}`, ...notes].join("\n")}

${rows([...own, ...COMMON])}`;
}

function rows(list: readonly (readonly [string, string])[]): string {
  const width = Math.max(...list.map(([name]) => name.length)) + 2;
  return list.map(([name, words]) => `  ${name.padEnd(width)}${words}`).join("\n");
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
