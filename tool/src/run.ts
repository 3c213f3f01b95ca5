import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { parseArgs } from "node:util";
import type { Command } from "./command";
import { COMMANDS } from "./commands/commands";
import { Stack } from "./stack";
import { type Target, targetFromOutputs } from "./target";
import { ToolError } from "./tool-error";

/** Where the tool writes, and which SUMU it uses if no option names one. */
export interface RunOptions {
  /** @default - an option must name the SUMU */
  readonly target?: () => Promise<Target>;
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
  help: { type: "boolean" },
} as const;

/** The text of `--help`. */
export function help(): string {
  const rows = Object.values(COMMANDS).flatMap(({ usage, summary, writes, options = {} }) => [
    `  ${usage}${writes ? "   (writes)" : ""}`,
    `      ${summary}`,
    ...Object.entries(options).map(([name, { help: words }]) => `      --${name}: ${words}`),
  ]);
  return `sumu: the operator's tool of SUMU, realtime over WebSockets on AWS.

  sumu <command> --prefix <prefix>           the SUMU with this prefix, in the region and account of your credentials
  sumu <command> --outputs <file>            the SUMU in what "terraform output -json" has printed

${rows.join("\n")}

  --json     prints one JSON value a line
  --region   another region than that of the environment

Only commands with "(writes)" change something. Payloads are printed only with --payload, tokens never.`;
}

/** Runs a command line. @returns the exit code: 0, 1 if something is wrong, 2 if the command line is wrong */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<number> {
  const { write = console.log, say = console.error } = options;
  try {
    if (args.length === 0 || args.includes("--help") || args.includes("help")) {
      write(help());
      return 0;
    }
    const { command, words, values } = parse(args);
    const stack = new Stack(await findTarget(values, options.target));
    try {
      await stack.checkAccess();
      const exitCode = await command.run({
        stack,
        words,
        options: values,
        print: (value, line) => write(values.json ? JSON.stringify(value) : line),
        progress: say,
        readInput: () => readAll(process.stdin),
      });
      return exitCode ?? 0;
    } finally {
      stack.destroy();
    }
  } catch (error) {
    const { name, message } = error as Error;
    if (error instanceof ToolError) say(message);
    else if (/Credentials/.test(name))
      say("there are no AWS credentials: set AWS_PROFILE, or log in with aws sso login");
    else say(`${name}: ${message}`);
    return 2;
  }
}

function parse(args: readonly string[]) {
  const name = [args.slice(0, 2).join(" "), args[0] ?? ""].find((words) => Object.hasOwn(COMMANDS, words));
  const command: Command | undefined = name === undefined ? undefined : COMMANDS[name];
  if (name === undefined || command === undefined) {
    throw new ToolError(`there is no command "${args[0]}": the commands are ${Object.keys(COMMANDS).join(", ")}`);
  }
  const own = Object.entries(command.options ?? {}).map(([option, { type }]) => [option, { type }] as const);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: args.slice(name.split(" ").length),
      allowPositionals: true,
      options: { ...COMMON, ...Object.fromEntries(own) },
    });
  } catch (error) {
    // The rest of Node's message is advice about "--", which may repeat a value.
    const [reason = ""] = (error as Error).message.split(/[.\n]/);
    throw new ToolError(`${reason}: "sumu --help" lists the options`);
  }
  const words = parsed.positionals;
  const [least, most] = command.words;
  if (words.length < least || words.length > most) throw new ToolError(`it is called so: sumu ${command.usage}`);
  return { command, words, values: parsed.values as Readonly<Record<string, string | boolean | undefined>> };
}

async function findTarget(
  { outputs, prefix, region }: Readonly<Record<string, string | boolean | undefined>>,
  otherwise: RunOptions["target"],
): Promise<Target> {
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
