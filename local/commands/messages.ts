import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { createAwsClients } from "../backend/aws";
import { findRunningStack } from "../running-stack";
import { runCommand } from "./run-command";

/** `npm run -s messages`: takes messages off the messages queue, as a backend does, and prints them until Ctrl-C. */
runCommand(async () => {
  const { aws_endpoint_url: endpoint, region, messages } = await findRunningStack();
  const { sqs } = createAwsClients({ endpoint, region });
  const QueueUrl = messages.queue.url;
  console.error(`Receiving from ${QueueUrl} until Ctrl-C.`);
  for (;;) {
    const request = { QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
    for (const { Body, MessageAttributes = {}, ReceiptHandle } of Messages) {
      const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => `${name}=${StringValue}`);
      console.log(`${Body}  (${attributes.sort().join(", ")})`);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
});
