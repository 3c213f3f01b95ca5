import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { createAwsClients } from "../backend/aws";
import { watchQueue } from "../page/messages-watch";
import { awsAccess, findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { runCommand } from "./run-command";

const usage = `Prints the messages in the messages queue of the SUMU that runs on this machine, until Ctrl-C. They stay in the queue.

  npm run -s messages [-- --take]

  --take   receives each message and deletes it, as a backend does: no other reader gets it
  --help   prints this`;

runCommand({
  usage,
  run: async (args) => {
    const isTaking = args[0] === "--take";
    if (args.length > (isTaking ? 1 : 0)) {
      throw new SetupError(`"${args.join(" ")}" is not an option: "npm run -s messages -- --help" lists the options`);
    }
    const stack = await findRunningStack();
    const aws = createAwsClients(awsAccess(stack));
    const { url } = stack.messages.queue;
    if (isTaking) {
      console.error(`Taking messages from ${url} until Ctrl-C.`);
      await take(aws.sqs, url);
    }
    console.error(`Showing the messages in ${url} until Ctrl-C. They stay there (--take receives and deletes them).`);
    await watchQueue(stack, aws, ({ body, attributes }) => print(body, attributes), new AbortController().signal, true);
  },
});

async function take(sqs: SQSClient, QueueUrl: string): Promise<never> {
  for (;;) {
    const request = { QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
    for (const { Body = "", MessageAttributes = {}, ReceiptHandle } of Messages) {
      print(Body, texts(MessageAttributes));
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

function texts(attributes: NonNullable<Message["MessageAttributes"]>): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(attributes).map(([name, { StringValue = "" }]) => [name, StringValue]));
}

function print(body: string, attributes: { readonly [name: string]: string }): void {
  const list = Object.entries(attributes).map(([name, value]) => `${name}=${value}`);
  console.log(`${body}  (${list.sort().join(", ")})`);
}
