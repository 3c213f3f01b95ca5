import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { createAwsClients } from "../backend/aws";
import { awsAccess, findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { runCommand } from "./run-command";

const usage = `Sends a notification to users of the SUMU that runs on this machine, as a backend does.

  npm run -s notify -- <users> <data>

  <users>  names with commas between them, or "all" for everybody who is connected
  <data>   JSON, such as '{"hello":"you"}'`;

runCommand({
  usage,
  run: async ([names, data, ...more]) => {
    if (names === undefined || data === undefined || more.length > 0) {
      throw new SetupError(
        `users and JSON are needed: "npm run -s notify -- alice,bob '{\\"hello\\":\\"you\\"}'", or "all" for everybody`,
      );
    }
    const users = names === "all" ? [] : names.split(",");
    const stack = await findRunningStack();
    const { sqs } = createAwsClients(awsAccess(stack));
    const QueueUrl = stack.notifications.queue.url;
    const MessageBody = JSON.stringify({ users, data: parse(data) });
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    console.log(`Sent to ${QueueUrl} (${MessageId}).`);
  },
});

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new SetupError(`the data must be JSON, such as '{"hello":"you"}' or '"hello"', got ${data}`);
  }
}
