import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { createAwsClients } from "../backend/aws";
import { findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { runCommand } from "./run-command";

/** `npm run -s notify -- alice,bob '{"hello":"you"}'`: notifies users, or everybody with `all`, as a backend does. */
runCommand(async ([names, data, ...more]) => {
  if (names === undefined || data === undefined || more.length > 0) {
    throw new SetupError(
      `users and JSON are needed: "npm run -s notify -- alice,bob '{\\"hello\\":\\"you\\"}'", or "all" for everybody`,
    );
  }
  const users = names === "all" ? [] : names.split(",");
  const { aws_endpoint_url: endpoint, region, notifications } = await findRunningStack();
  const { sqs } = createAwsClients({ endpoint, region });
  const MessageBody = JSON.stringify({ users, data: parse(data) });
  const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl: notifications.queue.url, MessageBody }));
  console.log(`Sent to ${notifications.queue.url} (${MessageId}).`);
});

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new SetupError(`the data must be JSON, such as '{"hello":"you"}' or '"hello"', got ${data}`);
  }
}
