import { parseArgs } from "node:util";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { createAwsClients } from "../backend/aws";
import { awsAccess, findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { followNotification } from "./follow-notification";
import { runCommand } from "./run-command";

const usage = `Sends a notification to users of the SUMU that runs on this machine, as a backend does.

  npm run -s notify -- <users> <data> [--id <id>]

  <users>  names with commas between them, or "all" for everybody who is connected
  <data>   JSON, such as '{"hello":"you"}'
  --id     the id that clients of protocol 2 get; without it, the message's own

If SUMU has no right to deliver it, the command prints which statement is missing.`;

runCommand({
  usage,
  run: async (args) => {
    const { names, data, id } = readArguments(args);
    const to = names === "all" ? "everyone" : { users: names.split(",") };
    const stack = await findRunningStack();
    const { sqs } = createAwsClients(awsAccess(stack));
    const QueueUrl = stack.notifications.queue.url;
    const MessageBody = JSON.stringify({ notification: { to, id, data: parse(data) } });
    const since = Date.now();
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    console.log(`Sent to ${QueueUrl} (${MessageId}).`);
    const denials = await followNotification(stack, sqs, since);
    for (const denial of denials) console.error(denial);
    return denials.length === 0 ? 0 : 1;
  },
});

function readArguments(args: readonly string[]): {
  readonly names: string;
  readonly data: string;
  readonly id?: string;
} {
  try {
    const options = { id: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [names, data, ...more] = positionals;
    if (names !== undefined && data !== undefined && more.length === 0) return { names, data, id: values.id };
  } catch {
    // The message below explains the failure.
  }
  throw new SetupError(
    `users and JSON are needed: "npm run -s notify -- alice,bob '{\\"hello\\":\\"you\\"}'", or "all" for everybody`,
  );
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new SetupError(`the data must be JSON, such as '{"hello":"you"}' or '"hello"', got ${data}`);
  }
}
