import { parseOptions } from "../../tool/src/parse-options";
import { createAwsClients } from "../backend/aws";
import { awsAccess, findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { followNotification } from "./follow-notification";
import { runCommand } from "./run-command";
import { runTool } from "./run-tool";

const usage = `Sends a notification to users of the SUMU that runs on this machine, as a backend does.

  npm run -s notify -- <users> <data> [--id <id>]

  <users>  names with commas between them, or "all" for everybody who is connected
  <data>   JSON, such as '{"hello":"you"}'
  --id     the id that clients of protocol 2 get; without it, a new one

It is "sumu notify" of the operator's tool. If SUMU has no right to deliver, it also prints which statement is missing.`;

const FORM = `npm run -s notify -- alice,bob '{"hello":"you"}', or "all" for everybody`;

runCommand({
  usage,
  run: async (args) => {
    const words = parse(args);
    const stack = await findRunningStack();
    const since = Date.now();
    const exitCode = await runTool(["notify", ...words], async () => stack);
    if (exitCode !== 0) return exitCode;
    const { sqs } = createAwsClients(awsAccess(stack));
    const denials = await followNotification(stack, sqs, since);
    for (const denial of denials) console.error(denial);
    return denials.length === 0 ? 0 : 1;
  },
});

/** The words as the tool takes them. */
function parse(args: readonly string[]): readonly string[] {
  const { values, positionals } = parseOptions(
    { args: [...args], allowPositionals: true, options: { id: { type: "string" } } },
    (reason) => new SetupError(`${reason}: ${FORM}`),
  );
  if (positionals.length !== 2) throw new SetupError(`users and JSON are needed: ${FORM}`);
  return [...(values.id === undefined ? [] : [`--id=${values.id}`]), "--", ...positionals];
}
