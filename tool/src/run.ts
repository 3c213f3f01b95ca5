import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Command, OptionValues } from "./command";
import { COMMANDS } from "./commands/commands";
import { commandHelp, help } from "./help";
import { InputLines } from "./input-lines";
import { parseOptions } from "./parse-options";
import { Stack } from "./stack";
import { type Target, targetFromOutputs } from "./target";
import { ToolError } from "./tool-error";

/** Where the tool reads and writes, and which SUMU it uses if no option names one. */
export interface RunOptions {
  /** @default - an option must name the SUMU */
  readonly target?: () => Promise<Target>;
  /** A token for a client, if no option names one. @default - an option or SUMU_TOKEN must name the token */
  readonly token?: () => Promise<string>;
  /** How the user calls the tool. @default - `sumu` */
  readonly program?: string;
  /** @default - standard input */
  readonly input?: Readable;
  /** Gets the results, line by line. @default - standard output */
  readonly write?: (line: string) => void;
  /** Gets progress and errors. @default - standard error */
  readonly say?: (line: string) => void;
}

const COMMON = {
  json: { type: "boolean" },
  outputs: { type: "string" },
  prefix: { type: "string" },
  region: { type: "string" },
} as const;

const ASKS_FOR_HELP = ["--help", "-h", "help"];

/** Runs a command line. @returns the exit code: 0, 1 if something is wrong, 2 if the command could not run */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<number> {
  const { write = console.log, say = console.error, program = "sumu", input = process.stdin } = options;
  try {
    if (args.length === 0 || args.some((arg) => ASKS_FOR_HELP.includes(arg))) {
      const command = findCommand(args)?.command;
      write(command === undefined ? help(program) : commandHelp(program, command));
      return 0;
    }
    const { command, words, values } = parse(args, program);
    const stack = new Stack(await findTarget(values, options.target));
    let lines: InputLines | undefined;
    try {
      await stack.checkAccess();
      const exitCode = await command.run({
        stack,
        words,
        options: values,
        program,
        print: (value, line) => write(values.json ? JSON.stringify(value) : line),
        progress: say,
        lines: () => {
          lines ??= new InputLines(input);
          return lines;
        },
        token: options.token,
      });
      return exitCode ?? 0;
    } finally {
      lines?.close();
      stack.destroy();
    }
  } catch (error) {
    say(errorText(error as Error));
    return 2;
  }
}

/** One line that says what to do. */
function errorText(error: Error): string {
  const { name, message } = error;
  if (error instanceof ToolError) return message;
  if (/Credentials/.test(name)) return "there are no AWS credentials: set AWS_PROFILE, or log in with aws sso login";
  if (/^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch)/.test(name)) {
    return `AWS does not accept your credentials (${name}): log in again, and check the clock of this machine`;
  }
  const { code } = error as NodeJS.ErrnoException;
  if (/^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT)$/.test(code ?? "")) {
    return `AWS does not answer (${code}): check the region and the network`;
  }
  return `${name}: ${message}`;
}

function findCommand(args: readonly string[]): { readonly name: string; readonly command: Command } | undefined {
  const name = [args.slice(0, 2).join(" "), args[0] ?? ""].find((words) => Object.hasOwn(COMMANDS, words));
  const command = name === undefined ? undefined : COMMANDS[name];
  return name === undefined || command === undefined ? undefined : { name, command };
}

function parse(args: readonly string[], program: string) {
  const found = findCommand(args);
  if (found === undefined) {
    throw new ToolError(`there is no command "${args[0]}": the commands are ${Object.keys(COMMANDS).join(", ")}`);
  }
  const { name, command } = found;
  const own = Object.entries(command.options ?? {}).map(([option, { type }]) => [option, { type }] as const);
  const parsed = parseOptions(
    {
      args: args.slice(name.split(" ").length),
      allowPositionals: true,
      options: { ...COMMON, ...Object.fromEntries(own) },
    },
    (reason) => new ToolError(`${reason}: "${program} ${name} --help" lists the options`),
  );
  const words = parsed.positionals;
  const [least, most] = command.words;
  if (words.length < least || words.length > most) {
    throw new ToolError(`it is called so: ${program} ${command.usage}`);
  }
  return { command, words, values: parsed.values as OptionValues };
}

async function findTarget({ outputs, prefix, region }: OptionValues, otherwise: RunOptions["target"]): Promise<Target> {
  const place = typeof region === "string" ? { region } : {};
  if (typeof outputs === "string") {
    const text = await readFile(outputs, "utf8").catch(() => {
      throw new ToolError(`${outputs} cannot be read: write it with "terraform output -json > ${outputs}"`);
    });
    return { ...targetFromOutputs(text), ...place };
  }
  if (typeof prefix === "string") return { prefix, ...place };
  if (otherwise !== undefined) return otherwise();
  throw new ToolError("which SUMU? Give --prefix <prefix>, or --outputs <file of terraform output -json>");
}
